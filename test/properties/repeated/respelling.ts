import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { FilledForm } from '../../engine/support/arbitraryForms';

/**
 * Fills a form with the same values as another workflow may write them: days, phones, names in messengers and sums look different
 * and mean the same.
 */
export function respellForm({ parameters, items }: FilledForm): FilledForm {
	const { json, ...fields } = parameters;
	const form = respell(fields) as INodeParameters;
	const respelledItems = items.map((item) => respell(item) as IDataObject);
	if (typeof json !== 'string') return { parameters: form, items: respelledItems };

	const respelledJson = JSON.stringify(respell(JSON.parse(json)));
	return { parameters: { ...form, json: respelledJson }, items: respelledItems };
}

function respell(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(respell);
	if (typeof value === 'string') return respellText(value);
	if (typeof value === 'number') return respellNumber(value);
	if (typeof value !== 'object' || value === null) return value;

	const entries = Object.entries(value).map(([name, entry]) => [name, respell(entry)] as const);
	return Object.fromEntries(entries);
}

/** Makes a fraction as inexact as a sum of prices is. */
function respellNumber(value: number): number {
	return Number.isInteger(value) ? value : value * (1 + Number.EPSILON);
}

const ISO_DAY = /^(\d{4})-(\d\d)-(\d\d)(?:T00:00:00.*)?$/;
const DOTTED_DAY = /^(\d\d)\.(\d\d)\.(\d{4})$/;
const MESSENGER_NAME = /^@(\w+)$/;
const PHONE = /^[+\d()\s-]{11,}$/;
const MOBILE_DIGITS = /^[78](9\d{9})$/;

function respellText(text: string): string {
	const isoDay = ISO_DAY.exec(text);
	if (isoDay) return `${isoDay[3]}.${isoDay[2]}.${isoDay[1]}`;

	const dottedDay = DOTTED_DAY.exec(text);
	if (dottedDay) return `${dottedDay[3]}-${dottedDay[2]}-${dottedDay[1]}T00:00:00`;

	const messengerName = MESSENGER_NAME.exec(text);
	if (messengerName) return `https://t.me/${messengerName[1].toUpperCase()}/`;

	const mobile = MOBILE_DIGITS.exec(text.replace(/\D/g, ''));
	return PHONE.test(text) && mobile ? `8 ${mobile[1]}` : text;
}
