// A small multi-threaded server on a loopback port, with a scope around each request and a planted leak: in one request
// of a hundred, remember_client() keeps 1337 bytes that nobody gives back.
//
//   request_server [THREADS]      prints "port N", serves lines "GET KEY", answers one line each; the line "QUIT" ends
//   it
//
// The acceptor thread hands connections to a pool of workers; a worker serves a connection's requests until it is
// closed. At the end everything is released except what leaked, and the server prints its own truth about that.
#include <arpa/inet.h>
#include <dregs/dregs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

// No namespace: names are to read well in a ranking.
constexpr int kLeakEvery = 100;

struct ClientNote {
    char text[1337];
};

// Answers that were computed once: live for the server's life on purpose, so they are moved out of their request.
class AnswerCache {
  public:
    std::string look_up(const std::string& key) {
        std::lock_guard<std::mutex> lock(mutex_);
        auto found = answers_.find(key);
        return found == answers_.end() ? std::string() : found->second;
    }
    void keep(const std::string& key, const std::string& answer) {
        std::lock_guard<std::mutex> lock(mutex_);
        dregs::Attach outside_the_request(0);
        answers_.emplace(key, answer);
    }

  private:
    std::mutex mutex_;
    std::unordered_map<std::string, std::string> answers_;
};

class ConnectionQueue {
  public:
    void push(int connection) {
        std::lock_guard<std::mutex> lock(mutex_);
        waiting_.push_back(connection);
        changed_.notify_one();
    }
    void close() {
        std::lock_guard<std::mutex> lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }
    // The next connection, or -1 when there will be no more.
    int pop() {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
        if (waiting_.empty()) return -1;
        int connection = waiting_.front();
        waiting_.pop_front();
        return connection;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<int> waiting_;
    bool closed_ = false;
};

class Server {
  public:
    explicit Server(int threads) {
        listen_on_any_port();
        for (int i = 0; i < threads; i++) workers_.emplace_back([this] { work(); });
    }
    int port() const { return port_; }
    void run();
    long requests() const { return requests_; }

  private:
    void listen_on_any_port();
    void work();
    void serve_connection(int connection);
    std::string handle_request(const std::string& line);
    void remember_client(const std::string& key);
    void stop();

    int listener_ = -1;
    int port_ = 0;
    std::atomic<long> requests_{0};
    AnswerCache cache_;
    ConnectionQueue queue_;
    std::vector<std::thread> workers_;
};

void Server::listen_on_any_port() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, length) || listen(listener_, 64) || getsockname(listener_, generic, &length)) {
        std::perror("request_server: cannot listen");
        std::exit(1);
    }
    port_ = ntohs(address.sin_port);
}

void Server::run() {
    for (int connection; (connection = accept(listener_, nullptr, nullptr)) >= 0;) queue_.push(connection);
    queue_.close();
    for (std::thread& worker : workers_) worker.join();
    close(listener_);
}

void Server::work() {
    for (int connection; (connection = queue_.pop()) >= 0;) serve_connection(connection);
}

void Server::serve_connection(int connection) {
    std::string pending;
    char buffer[4096];
    for (ssize_t got; (got = read(connection, buffer, sizeof buffer)) > 0;) {
        pending.append(buffer, static_cast<std::size_t>(got));
        for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
            std::string answer = handle_request(pending.substr(0, end));
            if (write(connection, answer.data(), answer.size()) < 0) break;
        }
    }
    close(connection);
}

std::string Server::handle_request(const std::string& line) {
    if (line == "QUIT") {
        stop();
        return "bye\n";
    }
    long number = ++requests_;
    dregs::Scope request("request", ("request " + std::to_string(number)).c_str());
    std::string key = line.substr(line.find(' ') + 1);
    std::string answer = cache_.look_up(key);
    if (answer.empty()) {
        answer = "value of " + key + " is " + std::string(key.rbegin(), key.rend()) + "\n";
        cache_.keep(key, answer);
    }
    if (number % kLeakEvery == 0) remember_client(key);
    return answer;
}

void Server::remember_client(const std::string& key) {
    auto* note = new ClientNote;
    std::snprintf(note->text, sizeof note->text, "asked for %s", key.c_str());
    asm volatile("" : : "r"(note) : "memory");  // the last that is heard of it
}

void Server::stop() { shutdown(listener_, SHUT_RDWR); }

int main(int argc, char** argv) {
    long requests;
    {
        Server server(argc > 1 ? std::atoi(argv[1]) : 4);
        std::printf("port %d\n", server.port());
        std::fflush(stdout);
        server.run();
        requests = server.requests();
    }
    std::printf("requests %ld leaked %ld\n", requests, requests / kLeakEvery);
}
