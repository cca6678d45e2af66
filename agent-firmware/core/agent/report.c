/* When a report is sent, and how: one slice after the other with QoS 1. */
#include "parts.h"

#include <string.h>

void femto_report_soon(struct femto *f, uint64_t now_ms)
{
	f->report.due_ms = now_ms;
	f->report.changed = true;
}

static uint8_t part_count(const struct femto_report *report)
{
	return (uint8_t)((report->size + PROTO_REPORT_SLICE_BYTES_MAX - 1u) /
					 PROTO_REPORT_SLICE_BYTES_MAX);
}

static void send_slice(struct femto *f, uint64_t now_ms)
{
	struct femto_report *report = &f->report;
	const size_t offset = (size_t)report->part * PROTO_REPORT_SLICE_BYTES_MAX;
	const size_t left = report->size - offset;
	const struct proto_report_slice slice = {
		.report = report->sequence,
		.part = report->part,
		.parts = part_count(report),
		.bytes = {f->report_buffer + offset,
			left < PROTO_REPORT_SLICE_BYTES_MAX ? left : PROTO_REPORT_SLICE_BYTES_MAX},
	};
	uint8_t bytes[PROTO_REPORT_SLICE_ENCODED_MAX];
	struct cbor_writer writer = cbor_write(bytes, sizeof(bytes));
	if (proto_encode_report_slice(&writer, &slice) == CBOR_OK &&
		mqsn_publish(&f->link, f->report_topic, bytes, writer.size, now_ms) == MQSN_ACCEPTED) {
		report->in_flight = true;
	}
}

void femto_report_poll(struct femto *f, uint64_t now_ms)
{
	struct femto_report *report = &f->report;
	if (f->link.state != MQSN_STATE_ACTIVE || f->link.publishing) {
		return;
	}
	report->in_flight = false; /* nothing is: whatever was, the client gave it up */
	/* while there are steps to take at once, what a report would say is about to change */
	if (report->size == 0 && now_ms >= report->due_ms && !f->reconcile) {
		/* who takes a version back asks at once for the memory that this leaves */
		const bool is_whole = report->gave_up && femto_report_owes_inventory(f);
		const bool is_news = report->changed && !is_whole;
		report->due_ms = now_ms + (uint64_t)femto_report_period(f) * 1000u;
		report->changed = false;
		report->gave_up = false;
		femto_report_build(f, is_news);
	}
	if (report->size > 0) {
		send_slice(f, now_ms);
	}
}

/* Every slice has arrived. */
static void finish(struct femto *f, uint64_t now_ms)
{
	struct femto_report *report = &f->report;
	report->size = 0;
	report->inventory_sent = report->inventory_sent || report->has_inventory;
	for (size_t i = 0; i < FEMTO_CONTAINERS_MAX; i++) {
		f->containers[i].shown = f->containers[i].shown || (report->shown >> i & 1u) != 0;
	}
	if (femto_report_owes_inventory(f)) {
		report->due_ms = now_ms;
	}
}

void femto_report_acknowledged(struct femto *f, uint64_t now_ms)
{
	struct femto_report *report = &f->report;
	if (!report->in_flight || report->size == 0) {
		return;
	}
	report->in_flight = false;
	report->part++;
	if (report->part == part_count(report)) {
		finish(f, now_ms);
	}
}

void femto_report_drop(struct femto *f)
{
	struct femto_report *report = &f->report;
	/* an inventory that did not arrive is owed again */
	report->inventory_sent = report->inventory_sent && !(report->size > 0 && report->has_inventory);
	report->size = 0;
	report->in_flight = false;
}

bool femto_report_is_idle(const struct femto *f)
{
	return f->report.size == 0 && !f->report.changed && f->report.inventory_sent;
}

uint64_t femto_report_deadline(const struct femto *f)
{
	if (f->link.state != MQSN_STATE_ACTIVE || f->link.publishing) {
		return FEMTO_NEVER; /* the client comes first */
	}
	return f->report.size > 0 ? 0 : f->report.due_ms;
}
