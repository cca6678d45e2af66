/** Why a datagram is no MQTT-SN message. */
export type MqttSnDecodeError =
	/** Fewer octets than a header. */
	| 'header-short'
	/** Length says another size than the datagram has; a datagram holds exactly one message. */
	| 'length-mismatch'
	| 'type-reserved'
	/** The message ends inside a field. */
	| 'body-short'
	/** Octets follow the last field. */
	| 'body-long'
	| 'topic-id-type-reserved'
	/** QoS bits that this message can't carry. */
	| 'qos-invalid'
	/** QoS 1 or 2 needs a message id to be acknowledged by. */
	| 'message-id-zero'
	| 'text-empty'
	| 'text-too-long'
	/** Not UTF-8, or holds NUL. */
	| 'text-invalid';
