# `cpack` in the build folder makes a Debian package.
#
# Owns what stands in the package's control files; which files lie in it is the installation's and debian_staging.cmake's.
# scripts/check package holds the package against lintian and a clean Debian.

# Whoever makes a package for others is its maintainer, by name. The name that stands here is of nobody (RFC 2606).
if(DEFINED ENV{DEBFULLNAME} AND DEFINED ENV{DEBEMAIL})
    set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
    set(maintainer "The dregs authors <nobody@dregs.invalid>")
endif()
set(DREGS_MAINTAINER "${maintainer}" CACHE STRING "Maintainer of the Debian package; by default DEBFULLNAME and DEBEMAIL")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dregs)
set(CPACK_PACKAGE_CONTACT "${DREGS_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "leak tracer for C and C++ programs")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Finds the blocks that a program never gives back, ranks the places that
allocate them and says which unit of work each outlived. A preloaded library
traces unmodified programs; the traces can be read at any moment.")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # dpkg-shlibdeps finds what it needs
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libc6-dbg, less | pager")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# No package of debugging symbols: CPack's (3.25) has the building machine's folders in its md5sums, and 44 MB. Who wants
# symbols builds from source.
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian_staging.cmake)
set(CPACK_DREGS_SOURCE_DIR ${PROJECT_SOURCE_DIR})
set(CPACK_DREGS_DATADIR ${CMAKE_INSTALL_DATADIR})
set(CPACK_DREGS_MANDIR ${CMAKE_INSTALL_MANDIR})
# The loader's cache is renewed by a trigger, as Debian wants it. CPack would write scripts for that, too, unless there are
# some of that name; it warns that these are missing, and leaves them out.
set(no_scripts ${CMAKE_CURRENT_SOURCE_DIR}/left_out_on_purpose)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/triggers ${no_scripts}/postinst ${no_scripts}/postrm)
include(CPack)
