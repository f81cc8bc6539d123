# Run by cpack on what was installed and is about to be packed: what Debian wants otherwise than `cmake --install` lays it
# down, and what only a package has.
set(share ${CPACK_TEMPORARY_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/${CPACK_DREGS_DATADIR})
set(manual ${CPACK_TEMPORARY_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/${CPACK_DREGS_MANDIR}/man1/dregs.1)
set(doc ${share}/doc/dregs)

# Without name and time of the file: the same however often it is made.
function(compress file)
    execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Debian's zsh looks for packages' completion here only.
file(MAKE_DIRECTORY ${share}/zsh/vendor-completions)
file(RENAME ${share}/zsh/site-functions/_dregs ${share}/zsh/vendor-completions/_dregs)
file(REMOVE_RECURSE ${share}/zsh/site-functions)

file(COPY ${CPACK_DREGS_SOURCE_DIR}/scripts/package/lintian_overrides DESTINATION ${share}/lintian/overrides)
file(RENAME ${share}/lintian/overrides/lintian_overrides ${share}/lintian/overrides/dregs)

# The package is made of the project's own folder: what Debian calls native, with one list of changes.
configure_file(${CPACK_DREGS_SOURCE_DIR}/CHANGELOG.md ${doc}/CHANGELOG.md COPYONLY)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, where that is set
file(WRITE ${doc}/changelog
     "dregs (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
     "  * Made by cpack; what is new stands in CHANGELOG.md.gz.\n\n"
     " -- ${CPACK_PACKAGE_CONTACT}  ${now}\n")
foreach(file ${manual} ${doc}/changelog ${doc}/CHANGELOG.md)
    compress(${file})
endforeach()

# The compilers' names, which dh_strip takes away, too.
file(GLOB_RECURSE libraries ${CPACK_TEMPORARY_DIRECTORY}/*.so)
foreach(file ${CPACK_TEMPORARY_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/bin/dregs ${libraries})
    execute_process(COMMAND objcopy --remove-section=.comment ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
