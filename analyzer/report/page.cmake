# The page of `dregs report`, built into the program: dregs_report_page(TARGET).
#
# assemble_page.py puts page/ and vendor/ together into one HTML file without data, and that into a C++ source. What is
# committed is all it takes: no npm, no network. report/README.md says where vendor/ comes from.
function(dregs_report_page target)
    set(folder ${PROJECT_SOURCE_DIR}/analyzer/report)
    set(page ${PROJECT_BINARY_DIR}/generated/analyzer/report/page_shell.cpp)
    file(GLOB parts CONFIGURE_DEPENDS ${folder}/page/* ${folder}/vendor/*)
    add_custom_command(
        OUTPUT ${page}
        COMMAND Python3::Interpreter ${folder}/assemble_page.py ${page}
        DEPENDS ${parts} ${folder}/assemble_page.py
        COMMENT "Assembling the report's page")
    target_sources(${target} PRIVATE ${page})
endfunction()
