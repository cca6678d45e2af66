const time = String.raw`\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d{2}:\d{2})`;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const dateTime = new RegExp(`^${time}$`);

/** Whether a string has a format. Formats that the store does not know are not checked, as on the official server. */
export function isFormat(format: string, value: string): boolean {
	switch (format) {
		case 'date-time':
			return dateTime.test(value) && !Number.isNaN(Date.parse(value.replace(/:60/, ':59')));
		case 'micro-time':
			// Six digits, no more and no less.
			return isFormat('date-time', value) && /\.\d{6}(Z|[+-])/.test(value);
		case 'byte':
			return base64.test(value);
		default:
			return true;
	}
}
