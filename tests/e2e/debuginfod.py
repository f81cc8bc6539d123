"""A server of debug files on the loopback that behaves as it is told: `debuginfod.py BEHAVIOUR FILE`.

Prints its URL. good: sends FILE for every build-id; missing: 404; garbage: something else; slow: a byte a second;
hang: takes the request and says nothing; dies: hangs up in the middle of FILE.
"""
import http.server
import sys
import time

behaviour, path = sys.argv[1:3]
with open(path, "rb") as file:
    content = file.read()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def begin(self, size):
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def do_GET(self):
        with open("requests", "a") as log:
            log.write(self.path + "\n")
        try:
            self.answer()
        except ConnectionError:
            pass  # who asked has gone: that is what some behaviours are for

    def answer(self):
        if behaviour == "missing":
            self.send_error(404)
        elif behaviour == "hang":
            time.sleep(600)
        elif behaviour == "garbage":
            self.begin(9000)
            self.wfile.write(b"garbage! " * 1000)
        elif behaviour == "slow":
            self.begin(len(content))
            for at in range(600):
                self.wfile.write(content[at : at + 1])
                time.sleep(1)
        else:
            self.begin(len(content))
            self.wfile.write(content[: len(content) // 2] if behaviour == "dies" else content)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
