/* A server of the old school: the master sets up its configuration of 200 blocks of 733 bytes and a listening socket,
 * forks 4 workers, and then is its own client: `prefork_server REQUESTS FILE`. For each request a worker uses some
 * memory, gives back one block of the configuration and keeps one of 1337 bytes. Its last act is a line "pid requests"
 * in FILE. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/keep_blocks.h"

enum { kWorkers = 4, kConfiguration = 200 };
static void* configuration[kConfiguration];

static int listen_somewhere(struct sockaddr_in* address) {
    socklen_t length = sizeof *address;
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr*)address, length) != 0 || listen(listener, 64) != 0) exit(90);
    getsockname(listener, (struct sockaddr*)address, &length);
    return listener;
}

static void report(const char* file, int handled) {
    char text[64];
    const int length = snprintf(text, sizeof text, "%d %d\n", (int)getpid(), handled);
    const int out = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (write(out, text, (size_t)length) != length) _exit(91);
    close(out);
}

/* A request is one byte, answered by the same; 'q' ends the worker. */
static _Noreturn void work(int listener, const char* file) {
    int handled = 0;
    use_blocks(1); /* who gets no request has a trace, too */
    for (char request = 0; request != 'q';) {
        const int client = accept(listener, NULL, NULL);
        if (read(client, &request, 1) == 1 && request == 'r') {
            use_blocks(100);
            keep_blocks(1);
            if (handled < kConfiguration) free(configuration[handled]);
            handled++;
        }
        if (write(client, &request, 1) != 1) _exit(92);
        close(client);
    }
    report(file, handled);
    exit(0);
}

static int request(const struct sockaddr_in* server, char what) {
    char answer = 0;
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (const struct sockaddr*)server, sizeof *server) != 0) return 0;
    const int answered = write(connection, &what, 1) == 1 && read(connection, &answer, 1) == 1 && answer == what;
    close(connection);
    return answered;
}

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    struct sockaddr_in server;
    int answered = 0, well = 0;
    for (int i = 0; i < kConfiguration; i++) configuration[i] = malloc(733);
    const int listener = listen_somewhere(&server);
    for (int i = 0; i < kWorkers; i++) {
        if (fork() == 0) work(listener, argv[2]);
    }
    for (int i = atoi(argv[1]); i > 0; i--) answered += request(&server, 'r');
    for (int i = 0; i < kWorkers; i++) answered += request(&server, 'q');
    for (int status = -1; wait(&status) > 0;) well += status == 0;
    char text[64];
    const int length = snprintf(text, sizeof text, "%d answered, %d workers ended well\n", answered, well);
    if (write(1, text, (size_t)length) != length) return 1;
    print_host_state();
    return 0;
}
