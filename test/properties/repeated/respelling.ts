import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { FilledForm } from '../../engine/support/arbitraryForms';

/**
 * Rewrites the days, phones, messenger names and sums of a form as another workflow may write them. The node
 * must take the new form for a repetition of the old one.
 */
export function respellForm({ parameters, items }: FilledForm): FilledForm {
	const { json, ...fields } = parameters;
	const respelledParameters = respell(fields) as INodeParameters;
	const respelledItems = items.map((item) => respell(item) as IDataObject);

	if (typeof json === 'string') {
		respelledParameters.json = JSON.stringify(respell(JSON.parse(json)));
	}
	return { parameters: respelledParameters, items: respelledItems };
}

/** Rewrites each text and each number inside a value. */
function respell(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(respell);
	if (typeof value === 'string') return respellText(value);
	if (typeof value === 'number') return respellNumber(value);
	if (typeof value !== 'object' || value === null) return value;

	const entries = Object.entries(value).map(([name, entry]) => [name, respell(entry)] as const);
	return Object.fromEntries(entries);
}

/** Makes a fraction as inexact as computed sums are, such as 0.1 + 0.2. Returns a whole number as it is. */
function respellNumber(value: number): number {
	return Number.isInteger(value) ? value : value * (1 + Number.EPSILON);
}

const ISO_DAY = /^(\d{4})-(\d\d)-(\d\d)(?:T00:00:00.*)?$/;
const DOTTED_DAY = /^(\d\d)\.(\d\d)\.(\d{4})$/;
const MESSENGER_NAME = /^@(\w+)$/;
const PHONE = /^[+\d()\s-]{11,}$/;
const MOBILE_DIGITS = /^[78](9\d{9})$/;

/**
 * Rewrites a day, a phone or a messenger name: "2026-02-10" as "10.02.2026", "@mia" as "https://t.me/MIA/". Returns
 * any other text as it is.
 */
function respellText(text: string): string {
	const isoDay = ISO_DAY.exec(text);
	if (isoDay) return `${isoDay[3]}.${isoDay[2]}.${isoDay[1]}`;

	const dottedDay = DOTTED_DAY.exec(text);
	if (dottedDay) return `${dottedDay[3]}-${dottedDay[2]}-${dottedDay[1]}T00:00:00`;

	const messengerName = MESSENGER_NAME.exec(text);
	if (messengerName) return `https://t.me/${messengerName[1].toUpperCase()}/`;

	const mobileDigits = MOBILE_DIGITS.exec(text.replace(/\D/g, ''));
	const isMobilePhone = PHONE.test(text) && mobileDigits !== null;
	return isMobilePhone ? `8 ${mobileDigits[1]}` : text;
}
