/*
 * short.js: each benchmark runs and its figures are well-formed, whatever
 * they are on a machine that also does other things.  For "make check".
 */
"use strict";

process.argv.push("--check");
require("./bench.js");
