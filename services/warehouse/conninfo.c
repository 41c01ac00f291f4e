/* Reading the setting `warehouse`: see conninfo.h. */
#include "conninfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status
read_line(int fd, const char *path, char out[CONNINFO_BYTES], struct reason *why)
{
	struct stat info;
	char line[CONNINFO_BYTES];
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return reason_say(why, STATUS_SETTING, "warehouse: %.128s: it is no file", path);
	if ((info.st_mode & 077) != 0)
		return reason_say(why, STATUS_SETTING,
		    "warehouse: %.128s: others can read this secret (mode %04o); expected is 0600", path,
		    (unsigned)(info.st_mode & 07777));
	ssize_t n = read(fd, line, sizeof line - 1);
	if (n < 0 || n == (ssize_t)sizeof line - 1)
		return reason_say(why, STATUS_SETTING, "warehouse: %.128s: expected is one line of at most %d bytes", path,
		    CONNINFO_BYTES - 2);
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0')
		return reason_say(why, STATUS_SETTING,
		    "warehouse: %.128s: its first line is empty; expected is a connection string", path);
	memcpy(out, line, sizeof line);
	return STATUS_OK;
}

enum status
conninfo_read(const char *setting, char out[CONNINFO_BYTES], struct reason *why)
{
	if (setting[0] != '/' && strncmp(setting, "./", 2) != 0) {
		snprintf(out, CONNINFO_BYTES, "%s", setting);
		return STATUS_OK;
	}
	int fd = open(setting, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return reason_say(why, STATUS_SETTING, "warehouse: %.128s: it cannot be read: %s", setting, strerror(errno));
	enum status status = read_line(fd, setting, out, why);
	close(fd);
	return status;
}
