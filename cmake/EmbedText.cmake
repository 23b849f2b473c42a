# cmake -D INPUT=<file> -D OUTPUT=<file.cc> -D HEADER=<header> -D NAME=<name> -P EmbedText.cmake
#
# Writes OUTPUT, which defines `const std::string_view zvfs::NAME`, declared in HEADER, as the text of
# INPUT. gcc and clang do not limit the length of a literal.
file(READ "${INPUT}" text)
string(FIND "${text}" ")embedded\"" at)
if(NOT at EQUAL -1)
  message(FATAL_ERROR "${INPUT} contains the end mark of the literal")
endif()
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"\n
const std::string_view zvfs::${NAME} = R\"embedded(")
file(APPEND "${OUTPUT}" "${text}")
file(APPEND "${OUTPUT}" ")embedded\";\n")
