/* Datagrams on their way out. */
#include "parts.h"

void femto_flush(struct femto *f, uint64_t now_ms)
{
	uint8_t datagram[FEMTO_DATAGRAM_BYTES];
	size_t size = mqsn_poll(&f->link, now_ms, datagram, sizeof(datagram));
	while (size > 0) {
		/* a datagram that did not leave is a lost one: the retries see to it */
		(void)f->port->send(f->port->context, datagram, size);
		size = mqsn_poll(&f->link, now_ms, datagram, sizeof(datagram));
	}
}

bool femto_send(struct femto *f, uint8_t topic, const uint8_t *data, size_t size, uint64_t now_ms)
{
	uint8_t datagram[FEMTO_DATAGRAM_BYTES];
	size_t length = 0;
	return mqsn_send(&f->link, topic, data, size, now_ms, datagram, sizeof(datagram), &length) ==
			   MQSN_ACCEPTED &&
		   f->port->send(f->port->context, datagram, length) == FEMTO_PORT_OK;
}
