/* termios: see serial.h. */
#include "serial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct {
	int64_t baud;
	speed_t speed;
} speeds[] = { { 300, B300 }, { 600, B600 }, { 1200, B1200 }, { 2400, B2400 }, { 4800, B4800 }, { 9600, B9600 }, { 19200, B19200 },
	{ 38400, B38400 }, { 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 } };

enum status
serial_settings(const char *path, int64_t baud, const char *form, struct serial *out, struct reason *why)
{
	size_t i = 0;
	while (i < sizeof speeds / sizeof speeds[0] && speeds[i].baud != baud)
		i++;
	if (i == sizeof speeds / sizeof speeds[0])
		return reason_say(why, STATUS_SYNTAX,
		    "baud is %lld; expected 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 or 230400",
		    (long long)baud);
	if (strlen(form) != 3 || strchr("78", form[0]) == NULL || strchr("NEO", form[1]) == NULL || strchr("12", form[2]) == NULL)
		return reason_say(why, STATUS_SYNTAX,
		    "form is '%.16s'; expected data bits (7, 8), parity (N, E, O) and stop bits (1, 2), such as 8N1", form);
	tcflag_t bits = form[0] == '7' ? CS7 : CS8;
	bits |= form[1] == 'N' ? 0 : form[1] == 'E' ? PARENB : PARENB | PARODD;
	bits |= form[2] == '2' ? CSTOPB : 0;
	*out = (struct serial){ path, speeds[i].speed, bits };
	return STATUS_OK;
}

static int
set_up(int fd, const struct serial *serial)
{
	struct termios line;
	if (tcgetattr(fd, &line) != 0)
		return -1;
	cfmakeraw(&line);
	line.c_cflag &= ~(tcflag_t)(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
	line.c_cflag |= serial->form | CLOCAL | CREAD;
	line.c_cc[VMIN] = 1;
	line.c_cc[VTIME] = 0;
	if (cfsetispeed(&line, serial->speed) != 0 || cfsetospeed(&line, serial->speed) != 0)
		return -1;
	return tcsetattr(fd, TCSANOW, &line);
}

enum status
serial_open(const struct serial *serial, int *fd, struct reason *why)
{
	int opened = open(serial->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (opened < 0)
		return reason_say(why, STATUS_SYSTEM, "%.128s: %s", serial->path, strerror(errno));
	if (set_up(opened, serial) != 0) {
		int error = errno;
		close(opened);
		return reason_say(why, STATUS_SYSTEM, "%.128s: %s", serial->path, strerror(error));
	}
	*fd = opened;
	return STATUS_OK;
}
