import type { IDataObject } from 'n8n-workflow';

import { idsOf, readId } from '../../values/formats';
import { externalId, externalIdField, INCOME, NO_INCOME, pay } from '../../entities/pay';
import { isEmpty } from '../../fields/blank';
import { isCustom } from '../../fields/custom';
import { listOf, sameValue } from '../../fields/field';
import { withoutInvisible } from '../../fields/normalizeText';
import { hasRounded, isUnfilled, quoted } from '../../fields/unreadable';
import type { Item } from '../execution/item';
import type { Branch } from '../records/branches';
import { allBranches, inOtherBranches } from '../records/branches';
import { readFiltered } from '../records/readList';
import { updating } from '../records/update';
import type { Wanted } from './additions';
import { additions } from './additions';

/** The number that a provider or a bank has given to a payment. */
export interface ExternalId {
	id: string;
	/** The custom field that keeps it, if not the note. */
	field?: string;
	/** It is that of an income, of whatever type; else of the very type that is given. */
	isIncome: boolean;
}

/** A note keeps numbers in brackets of their own, so that inv-1 is neither in inv-10 nor in what a bank or the staff writes. */
const IN_BRACKETS = /\[\s*ID\s([^[\]]*)\]/g;
const bracketed = (id: string) => `[ID ${id}]`;

/** A number as it was given, but for what nobody sees. */
const asGiven = (value: unknown): string =>
	withoutInvisible(String(value)).normalize('NFC').replace(/\s+/g, ' ').trim();

const numbersIn = (note: unknown): string[] =>
	isEmpty(note)
		? []
		: Array.from(String(note).matchAll(IN_BRACKETS), ([, id]) => asGiven(id)).filter(Boolean);

/**
 * What is left of "inv-{{ $json.id }}" where nothing was found has no digit but 0, or ends where the number should begin; one
 * that a sheet has rounded is that of many: by it all payments would be one.
 */
function faultOf(id: string): string | undefined {
	if (/[[\]]/.test(id)) return 'be without brackets, in which the note keeps it';
	if (!/[^\P{N}0]/u.test(id)) return 'hold a digit other than 0';
	if (hasRounded(id)) return 'hold no number that a sheet has rounded';
	return isUnfilled(id) || /[_#/]$/.test(id) ? 'not end before its number' : undefined;
}

/**
 * Takes the number out of what was given, and puts it where the payment keeps it.
 *
 * @param isTaken the payment comes in, unless its type says otherwise
 * @throws NodeOperationError when it could not be found there again
 */
export function keepExternalId(
	item: Item,
	{ [externalId.name]: number, [externalIdField.name]: name, ...values }: IDataObject,
	isTaken: boolean,
): { external?: ExternalId; values: IDataObject } {
	if (number === undefined && name === undefined) return { values };
	const [label, fieldLabel] = [externalId, externalIdField].map((field) => `'${field.label}'`);
	if (number === undefined)
		throw item.refused(`${fieldLabel} is given, but no ${label}`, `Add ${label}. ${item.effectNote()}`);
	const id = asGiven(number);
	const fault = faultOf(id);
	if (fault !== undefined)
		throw item.refused(
			`${label} must ${fault}, but it is ${quoted(id)}`,
			`Correct it, or the expression that fills it. ${item.effectNote()}`,
		);
	const isIncome = isTaken && !isNoIncome(values);
	if (name === undefined) {
		const { note } = values;
		const all = numbersIn(note).includes(id) ? note : [bracketed(id), note].filter(Boolean).join(' ');
		return { external: { id, isIncome }, values: { ...values, note: all } };
	}
	const field = String(name);
	if (isCustom(field)) return { external: { id, field, isIncome }, values: { ...values, [field]: id } };
	throw item.refused(
		`${fieldLabel} is no name of a custom field: ${quoted(field)}`,
		`It starts with custom_, as in the output of 'Get' with 'Simplify' off. ${item.effectNote()}`,
	);
}

/** A new note with the numbers that the payment has, unless it gives one: without any it would be entered once more. */
const withNumbers = (note: unknown, before: unknown): string =>
	numbersIn(note).length > 0
		? String(note)
		: [...numbersIn(before).map(bracketed), ...(isEmpty(note) ? [] : [String(note)])].join(' ');

/** Changes a payment. A new note keeps the number of the old one. */
export const updatePayment = updating({
	dependsOn: ({ note }) => note !== undefined,
	sent: (_item, _entity, { note: before }, { note, ...changes }) => ({
		...changes,
		note: withNumbers(note, before),
	}),
});

/** Whether a payment has that number, wherever it is kept. */
export function hasNumber(row: IDataObject, { id, field }: ExternalId): boolean {
	const held = field === undefined ? [] : listOf(row[field]).map(asGiven);
	return [...numbersIn(row.note), ...held].includes(id);
}

/** Whether the note of a payment keeps any number. */
export const hasAnyNumber = (row: IDataObject): boolean => numbersIn(row.note).length > 0;

const isNoIncome = ({ pay_type_id: type }: IDataObject): boolean => NO_INCOME.includes(Number(type));

/** What a row does not show at all cannot differ. Of an income the type may have been corrected, in AlfaCRM or in the node. */
export const isOfType = (row: IDataObject, body: IDataObject, { isIncome }: ExternalId): boolean =>
	row.pay_type_id === undefined ||
	readId(row.pay_type_id) === readId(body.pay_type_id) ||
	(isIncome && !isNoIncome(row));

/**
 * The payment of the customer with that number, which is in no list of the customer's own.
 *
 * @throws NodeOperationError when it is somebody else's
 */
export async function findElsewhere(
	{ item, customer, target, body }: Wanted,
	external: ExternalId,
): Promise<IDataObject | undefined> {
	const type = readId(body.pay_type_id);
	// Without a type the list shows incomes, and may show others. API notes 5.16.
	const types = type === INCOME ? [{}] : [{ pay_type_id: type }, {}];
	const all = await numbered(item, target.branch, external, types);
	const rows = all.filter((row) => isOfType(row, body, external) || !isNoIncome(row));
	const isOwn = ({ customer_id: held }: IDataObject) =>
		held === undefined || listOf(held).some((one) => readId(one) === customer);
	const own = rows.find((row) => isOwn(row) && isOfType(row, body, external));
	const stranger = rows.find((row) => !isOwn(row));
	if (own !== undefined || stranger === undefined) return own;
	const whose = isEmpty(stranger.customer_id) ? 'of nobody' : `of customer ${String(stranger.customer_id)}`;
	throw item.refused(
		`Payment ${String(stranger.id)} ${whose} has the External ID ${quoted(external.id)} already, so it was not entered for customer ${customer}`,
		`Correct 'Customer' or '${externalId.label}'; if that payment is wrong, correct it in AlfaCRM. ${item.savedNote()}`,
	);
}

/**
 * A number with another sum is another payment, or a wrong one: to skip it would lose money without a word.
 *
 * @throws NodeOperationError in that case
 */
export function assertSameSum({ item, body }: Wanted, { id }: ExternalId, row: IDataObject): void {
	const field = pay.fields.find(({ name }) => name === 'income');
	// That of a refund may stand in either.
	const sums = [row.income, row.expenditure].filter((sum) => !isEmpty(sum));
	if (!field || sums.length === 0 || sums.some((sum) => sameValue(field, sum, body.income, item.zone)))
		return;
	const [held = sums[0]] = sums.filter((sum) => Number(sum) !== 0);
	throw item.refused(
		`Payment ${String(row.id)} has the External ID ${quoted(id)} already, with the amount ${String(held)} instead of ${String(body.income)}`,
		`Give each payment and each refund a number of its own, or correct '${field.label}'. If the staff has changed that payment, nothing is left to do. ${item.savedNote()}`,
	);
}

/** By what a payment that the staff has typed in is known, whatever else they have written. */
const TOLD_BY = ['document_date', 'income', 'pay_account_id'];

/** Whether a payment of the customer that has no number may be the same one. */
export function isTwin(row: IDataObject, wanted: Wanted, external: ExternalId): boolean {
	const compared = wanted.compared.filter(({ name }) => TOLD_BY.includes(name));
	return (
		!hasAnyNumber(row) &&
		isEmpty(row[external.field ?? '']) &&
		isOfType(row, wanted.body, external) &&
		additions.pay.isSame(wanted.item)(row, { ...wanted, compared })
	);
}

/** To enter it beside that one might be money twice. */
export const twinError = ({ item }: Wanted, { id }: ExternalId, row: IDataObject): Error =>
	item.refused(
		`Payment ${String(row.id)} of that day and sum has no External ID, so it may be the one that is to be entered`,
		`If it is, add ${bracketed(id)} to its note; if not, enter this one by hand, with ${bracketed(id)} in its note. ${item.savedNote()}`,
	);

/** A payment without a number may be another one than that with a number, though nothing else tells them apart. */
export const numberedError = ({ item }: Wanted, row: IDataObject): Error =>
	item.refused(
		`Payment ${String(row.id)} of that day and sum has the External ID ${quoted(numbersIn(row.note)[0])}, so it may be the one that is to be entered`,
		`If it is, nothing is left to do; if not, give it a note, or an External ID of its own. ${item.savedNote()}`,
	);

/**
 * Whose payment has that number.
 *
 * @throws NodeOperationError when there is none, or several have it
 */
export async function payerOf(item: Item, branch: Branch, external: ExternalId): Promise<number> {
	const rows = await numbered(item, branch, external, [{}]);
	const incomes = rows.filter((row) => !isNoIncome(row));
	const payers = new Set(incomes.map(({ customer_id: id }) => readId(id)));
	const [only] = payers;
	if (payers.size === 1 && only !== undefined) return only;
	throw item.refused(
		incomes.length === 0
			? `AlfaCRM shows no payment with the External ID ${quoted(external.id)}, so its payer is not known`
			: `The External ID ${quoted(external.id)} does not tell the payer: payments ${idsOf(incomes)
					.sort((one, other) => one - other)
					.join(', ')}`,
		`Fill 'Customer'. ${item.savedNote()}`,
	);
}

/** The payments of anybody with that number, in all branches; the first one must answer. */
async function numbered(
	item: Item,
	branch: Branch,
	external: ExternalId,
	passes: readonly IDataObject[],
): Promise<IDataObject[]> {
	const { id, field } = external;
	const [name, wanted] = field === undefined ? ['note', bracketed(id)] : [field, id];
	// What AlfaCRM does not keep or show is never found again, so each run would add one more.
	const unshown = () =>
		item.refused(
			`AlfaCRM's payments show no field "${name}", so the '${externalId.label}' would not be found again`,
			`Give one that they have as '${externalIdField.label}': 'Get' with 'Simplify' off shows them. ${item.savedNote()}`,
		);
	const finds = (row: IDataObject) => asGiven(row[name]).includes(wanted);
	const filter = { name, asked: { [name]: wanted }, finds, unshown };
	const found: IDataObject[] = [];
	const look = async (one: Branch): Promise<undefined> => {
		const list = { path: pay.path, branch: one, passes, body: {}, task: 'look for the same payment' };
		const { rows } = await readFiltered(item, pay, list, filter);
		found.push(...rows.filter((row) => hasNumber(row, external)));
	};
	const [first, ...others] = await allBranches(item, branch);
	await look(first);
	await inOtherBranches(item, others, look);
	return found;
}
