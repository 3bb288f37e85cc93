#!/usr/bin/env python3
"""Packs the images of the tests from files of this machine and pushes them to a registry, by its HTTP API.

usage: image.py REGISTRY_HOST:PORT PAUSE_PROGRAM

- pause:3.10 is the small program that holds the namespaces of a pod.
- library/nginx:1.27, :1.27.0 and :1.28 are one image: Debian's nginx (whatever its real version is) with the paths of
  the official image, a shell and coreutils.
"""
import hashlib
import io
import json
import os
import platform
import re
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
NGINX_TAGS = ["1.27", "1.27.0", "1.28"]
NGINX_PROGRAMS = ["/usr/sbin/nginx", "/usr/bin/dash", "/usr/bin/bash", "/usr/bin/grep", "/usr/bin/sed", "/usr/bin/hostname"]
COREUTILS = ("cat cp date df dirname basename du echo env expr false head id ln ls mkdir mktemp mv printenv printf pwd "
             "readlink rm rmdir sha256sum sleep sort stat tail tee test touch tr true uname uniq wc whoami chmod chown").split()
NGINX_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nnginx:x:101:\n",
    "etc/nginx/nginx.conf": """\
user nginx;
worker_processes 1;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 128; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    sendfile on;
    include /etc/nginx/conf.d/*.conf;
}
""",
    "etc/nginx/conf.d/default.conf": """\
server {
    listen 80;
    server_name localhost;
    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
}
""",
}


class Layer:
    """A tar whose bytes depend on the content of its files only."""

    def __init__(self):
        self.bytes = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.bytes, mode="w")
        self.seen = set()

    def add(self, path, kind=tarfile.REGTYPE, data=b"", mode=0o755, target=""):
        if path in self.seen:
            return
        self.seen.add(path)
        if os.path.dirname(path):
            self.add(os.path.dirname(path), tarfile.DIRTYPE)
        info = tarfile.TarInfo(path)
        info.type, info.mode, info.size, info.linkname = kind, mode, len(data), target
        self.tar.addfile(info, io.BytesIO(data))

    def program(self, path):
        """Adds a program or library and the libraries that it loads, at their places of a merged /usr."""
        inside = path.lstrip("/")
        if not inside.startswith("usr/"):
            inside = "usr/" + inside
        if inside in self.seen:
            return
        with open(path, "rb") as file:
            self.add(inside, data=file.read())
        listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            self.program(library)

    def finish(self):
        self.tar.close()
        return self.bytes.getvalue()


def nginx_layer():
    layer = Layer()
    for link in ("bin", "sbin", "lib", "lib64"):
        layer.add(link, tarfile.SYMTYPE, target=f"usr/{link}")
    for program in NGINX_PROGRAMS + [f"/usr/bin/{name}" for name in COREUTILS]:
        layer.program(program)
    layer.add("usr/bin/sh", tarfile.SYMTYPE, target="dash")
    for path, text in NGINX_FILES.items():
        layer.add(path, data=text.encode(), mode=0o644)
    for path in ("/etc/nginx/mime.types", "/usr/share/nginx/html/index.html"):
        with open(path, "rb") as file:
            layer.add(path.lstrip("/"), data=file.read(), mode=0o644)
    for name, stream in (("access", "stdout"), ("error", "stderr")):
        layer.add(f"var/log/nginx/{name}.log", tarfile.SYMTYPE, target=f"/dev/{stream}")
    for path in ("var/lib/nginx", "run", "root"):
        layer.add(path, tarfile.DIRTYPE)
    layer.add("tmp", tarfile.DIRTYPE, mode=0o1777)
    return layer.finish()


def pause_layer(program):
    layer = Layer()
    with open(program, "rb") as file:
        layer.add("pause", data=file.read())
    return layer.finish()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    def __init__(self, host):
        self.base = f"http://{host}"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, method, url, data=b"", content_type="application/octet-stream"):
        request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": content_type})
        return self.opener.open(request, timeout=30)

    def wait(self):
        for _ in range(100):
            try:
                return self.opener.open(self.base + "/v2/", timeout=5)
            except OSError:
                time.sleep(0.1)
        sys.exit(f"image.py: no registry answers at {self.base}")

    def push_blob(self, name, data):
        place = self.send("POST", f"{self.base}/v2/{name}/blobs/uploads/").headers["Location"]
        self.send("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest(data)}", data)

    def push(self, name, tags, layer, settings):
        config = json.dumps({"architecture": ARCHITECTURE, "os": "linux", "config": settings, "history": [{}],
                             "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
        self.push_blob(name, layer)
        self.push_blob(name, config)
        kind = "application/vnd.oci.image."
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": kind + "manifest.v1+json",
            "config": {"mediaType": kind + "config.v1+json", "digest": digest(config), "size": len(config)},
            "layers": [{"mediaType": kind + "layer.v1.tar", "digest": digest(layer), "size": len(layer)}],
        }).encode()
        for tag in tags:
            self.send("PUT", f"{self.base}/v2/{name}/manifests/{tag}", manifest, kind + "manifest.v1+json")


def main():
    registry = Registry(sys.argv[1])
    nginx, pause = nginx_layer(), pause_layer(sys.argv[2])
    path = {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}
    registry.wait()
    registry.push("pause", ["3.10"], pause, {"Entrypoint": ["/pause"], "User": "65535:65535"})
    registry.push("library/nginx", NGINX_TAGS, nginx, path | {
        "Cmd": ["nginx", "-g", "daemon off;"], "ExposedPorts": {"80/tcp": {}}, "StopSignal": "SIGQUIT"})


main()
