# Writes the units, from their parts, as they belong under the prefix that is installed to, and the settings that they name where
# there are none yet: an operator's own stay. Needs `from` and `bindir`.
set(program "${CMAKE_INSTALL_PREFIX}/${bindir}/juyan")
set(etc "/etc/juyan")
if(NOT CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?/?$")
  set(etc "${CMAKE_INSTALL_PREFIX}/etc/juyan")
endif()
if(NOT EXISTS "$ENV{DESTDIR}${etc}/juyan.yaml")
  file(INSTALL "${from}/juyan.yaml" DESTINATION "${etc}")
endif()

file(READ "${from}/systemd/common.conf" common)
foreach(unit juyan.service juyan@.service)
  set(to "${CMAKE_INSTALL_PREFIX}/lib/systemd/system/${unit}")
  message(STATUS "Installing: $ENV{DESTDIR}${to}")
  configure_file("${from}/systemd/${unit}.in" "$ENV{DESTDIR}${to}" @ONLY)
  file(CHMOD "$ENV{DESTDIR}${to}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${to}")
endforeach()
