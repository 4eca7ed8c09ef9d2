# embed.awk: turns a text file into a C string.
#
#     awk -f embed.awk -v name=schema_cache_sql cache.sql > schema_cache.c
#
# gives `const char schema_cache_sql[]`.  Each line becomes a literal of its
# own, which the compiler joins; a long line is cut into several, since
# compilers need only accept 4,095 characters.  Any POSIX awk will do.

# Character by character: awks do not agree on backslashes in gsub().
function escaped(text,    i, character, out) {
	out = ""
	for (i = 1; i <= length(text); i++) {
		character = substr(text, i, 1)
		# Two question marks could begin a trigraph.
		if (index("\\\"?", character))
			out = out "\\"
		if (character == "\t")
			character = "\\t"
		else if (character == "\r")
			character = "\\r"
		out = out character
	}
	return out
}

BEGIN {
	if (name !~ /^[A-Za-z_][A-Za-z_0-9]*$/) {
		print "embed.awk: give the variable's name: -v name=..." \
		    > "/dev/stderr"
		failed = 1
		exit 1
	}
	piece = 1000
	print "/* Made by embed.awk; edit the file that it was made from. */"
	print "extern const char " name "[];"
	print "const char " name "[] ="
}

{
	line = $0
	while (length(line) > piece) {
		print "\"" escaped(substr(line, 1, piece)) "\""
		line = substr(line, piece + 1)
	}
	print "\"" escaped(line) "\\n\""
}

END {
	if (!failed)
		print "\"\";"
}
