"""peer.py: the callbacks of apps/measured.c, written with Flask and
Flask-Caching, to be served by gunicorn.

CACHE is a directory (FileSystemCache) or the path of a Redis server's socket.
"""
import os
import stat

from flask import Flask, jsonify, request
from flask_caching import Cache

place = os.environ["CACHE"]
app = Flask(__name__)
if os.path.exists(place) and stat.S_ISSOCK(os.stat(place).st_mode):
    settings = {"CACHE_TYPE": "RedisCache",
                "CACHE_REDIS_URL": "unix://" + place}
else:
    settings = {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": place}
cache = Cache(app, config={**settings, "CACHE_DEFAULT_TIMEOUT": 0})


@cache.memoize()
def compute_text(name):
    return "x" * 1022


def answer(component, value):
    return jsonify({"multi": True, "response": {component: {"children": value}}})


@app.post("/_dash-update-component/greet")
def greet():
    name = request.get_json()["inputs"][0]["value"]
    return answer("greeting", "Hello, " + name)


@app.post("/_dash-update-component/recall")
def recall():
    return answer("recalled", compute_text(request.get_json()["inputs"][0]["value"]))
