import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Given } from '../../engine/support/given';

/** The same, as another workflow would give it: days, phones and sums are written differently and mean the same. */
export function respelled({ parameters, items }: Given): Given {
	const { json, ...others } = parameters;
	const form = again(others) as INodeParameters;
	return {
		parameters: typeof json === 'string' ? { ...form, json: JSON.stringify(again(JSON.parse(json))) } : form,
		items: items.map((item) => again(item) as IDataObject),
	};
}

function again(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(again);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, again(one)]));
	}
	// What adding up prices leaves behind.
	if (typeof value === 'number' && !Number.isInteger(value)) return value * (1 + Number.EPSILON);
	return typeof value === 'string' ? spelling(value) : value;
}

function spelling(text: string): string {
	const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)(?:T00:00:00.*)?$/.exec(text) ?? [];
	if (year !== undefined) return `${day}.${month}.${year}`;
	const [, d, m, y] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(text) ?? [];
	if (y !== undefined) return `${y}-${m}-${d}T00:00:00`;
	const digits = text.replace(/\D/g, '');
	return /^[+\d()\s-]{11,}$/.test(text) && /^[78]9\d{9}$/.test(digits) ? `8 ${digits.slice(1)}` : text;
}
