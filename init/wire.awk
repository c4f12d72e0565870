# Makes wire.h (lang=c) or Wire.java (lang=java) from wire.table.
function count(t) { return t ~ /\[/ ? substr(t, index(t, "[") + 1) + 0 : 1 }
function base(t) { sub(/\[.*/, "", t); return t }
function size(t) { return t == "u8" ? 1 : t == "u16" ? 2 : t ~ /32/ ? 4 : 8 }
function rest(n,   s, i) { s = $n; for (i = n + 1; i <= NF; i++) s = s " " $i; return s }
BEGIN {
    if (lang == "c") print "/* Made from wire.table. */"
    else print "package dev.alcove.runtime;\n\n/** The wire between Java and init. Made from init/wire.table. */\nfinal class Wire {\n    private Wire() {}"
}
/^number/ { if (lang == "c") print "#define " $2 " " $3; else constant($2, $3, rest(4)) }
/^group/ { if (lang == "c") print "#define " $2 "_" $3 " " $4; else constant($2 "_" $3, $4, rest(5)) }
/^field/ {
    if ($2 != struct) { close_struct(); struct = $2; at = 0; body = "" }
    type = base($4)
    many = count($4)
    if (lang == "c") body = body "    " type " " $3 (many > 1 ? "[" many "]" : "") "; /* " rest(5) " */\n"
    else constant(toupper($2 "_" $3), at, "offset of " (many > 1 ? many " " : "a ") type ": " rest(5))
    if (at % size(type)) { print "wire.table: " $2 "." $3 " is not aligned" > "/dev/stderr"; exit 1 }
    at += size(type) * many
}
function close_struct() {
    if (struct == "") return
    if (lang == "c") print "struct " struct " {\n" body "};\n_Static_assert(sizeof(struct " struct ") == " at ", \"" struct "\");"
    else constant(toupper(struct) "_SIZE", at, "bytes")
    struct = ""
}
function constant(name, value, text) { print "\n    /** " toupper(substr(text, 1, 1)) substr(text, 2) ". */\n    static final int " name " = " value ";" }
END { close_struct(); if (lang == "java") print "}" }
