import type { IDataObject } from 'n8n-workflow';

import { formatDay, readFlag, readId } from '../../values/formats';
import type { Change } from '../change';
import type { DerivedEvent } from '../derivedEvents';
import { dayOf } from '../stamps';

/** An open end, as days sort that are texts. */
const NO_END = '9999-12-31';

const dayIn = (value: unknown): string | null => formatDay(value, 'iso', 'utc') ?? null;

const endOf = ({ e_date }: IDataObject): string => dayIn(e_date) ?? NO_END;

/** Whether what ends is over on the day of the change, by its old or its new fields; undefined if they do not tell. */
const isOver = ({ datetime }: Change, fields: IDataObject): boolean | undefined =>
	'e_date' in fields ? endOf(fields) <= dayOf(datetime ?? '') : undefined;

const isEnded = (change: Change): boolean =>
	isOver(change, change.fields_new) === true && isOver(change, change.fields_old) !== true;

/** The branch of what belongs to one: what it says, or the only one whose log tells of it. */
const certainBranch = ({ branch_id }: IDataObject, branches: readonly number[]): number | null =>
	readId(branch_id) ?? (branches.length === 1 ? branches[0] : null);

/** A flag, or a day that is not to come; the day of a customer who is not archived is far ahead. API notes 3 and 4. */
export const archived: DerivedEvent = {
	className: 'Customer',
	wants: (change) => {
		const { entity, event, fields_new, fields_old } = change;
		const isFlagged = readFlag(fields_new.removed) === 1 && readFlag(fields_old.removed) !== 1;
		return entity === 'Customer' && event === 'update' && (isFlagged || isEnded(change));
	},
	derive: async ({ entity_id, fields_new, user_id, datetime }, [branch]) =>
		await Promise.resolve([
			{
				customer_id: entity_id,
				e_date: dayIn(fields_new.e_date),
				customer_reject_id: readId(fields_new.customer_reject_id) ?? null,
				lead_reject_id: readId(fields_new.lead_reject_id) ?? null,
				branch_id: branch,
				user_id,
				datetime,
			},
		]),
};

const membership = (isIt: (change: Change) => boolean): DerivedEvent => ({
	className: 'CustomerGroupInvolve',
	wants: (change) => change.entity === 'CustomerGroupInvolve' && isIt(change),
	derive: async (change, branches, lookup) => {
		const fields = await lookup.fieldsOf(change, branches[0], ['customer_id', 'group_id']);
		return [
			{
				customer_id: readId(fields.customer_id) ?? null,
				group_id: readId(fields.group_id) ?? null,
				b_date: dayIn(fields.b_date),
				e_date: dayIn(fields.e_date),
				membership_id: change.entity_id,
				branch_id: certainBranch(fields, branches),
				user_id: change.user_id,
				datetime: change.datetime,
			},
		];
	},
});

/** New, were it for a day, but none that is entered afterwards; or taken back after the last day. API notes 5.7. */
export const joinedGroup = membership((change) =>
	change.event === 'create'
		? endOf(change.fields_new) >= dayOf(change.datetime ?? '')
		: change.event === 'update' &&
			isOver(change, change.fields_new) === false &&
			isOver(change, change.fields_old) === true,
);

/** Whoever is taken out of a group has their last day set to that day or an earlier one, or is deleted. API notes 4 and 5.7. */
export const leftGroup = membership((change) =>
	change.event === 'delete'
		? isOver(change, change.fields_old) !== true
		: change.event === 'update' && isEnded(change),
);

/** API notes 5.5. */
export const sold: DerivedEvent = {
	className: 'CustomerToTariff',
	wants: ({ entity, event }) => entity === 'CustomerToTariff' && event === 'create',
	derive: async (change, branches, lookup) => {
		const fields = await lookup.fieldsOf(change, branches[0], ['customer_id', 'tariff_id']);
		return [
			{
				customer_id: readId(fields.customer_id) ?? null,
				subscription_id: change.entity_id,
				tariff_id: readId(fields.tariff_id) ?? null,
				subject_ids: fields.subject_ids ?? [],
				lesson_type_ids: fields.lesson_type_ids ?? [],
				b_date: dayIn(fields.b_date),
				e_date: dayIn(fields.e_date),
				balance: fields.balance ?? null,
				note: fields.note ?? null,
				branch_id: certainBranch(fields, branches),
				user_id: change.user_id,
				datetime: change.datetime,
			},
		];
	},
};
