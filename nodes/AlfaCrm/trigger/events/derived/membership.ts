import type { IDataObject } from 'n8n-workflow';

import { formatDay, readId } from '../../../values/formats';
import type { Change } from '../../change';
import { dayOf } from '../../stamps';
import type { DerivedEvent } from '../../derivedEvents';
import { certainBranch } from './branch';

const CLASS = 'CustomerGroupInvolve';

/** Days as texts sort; an open end is after all. */
const NO_END = '9999-12-31';

const isMembership = ({ entity }: Change): boolean => entity === CLASS;

/** Whether a membership is over on the day of the change, by an old or a new end; undefined if that is not told. */
function isOver({ datetime }: Change, fields: IDataObject): boolean | undefined {
	return 'e_date' in fields ? endOf(fields) <= dayOf(datetime ?? '') : undefined;
}

const endOf = ({ e_date }: IDataObject): string => formatDay(e_date, 'iso', 'utc') ?? NO_END;

/** Whoever is taken out of a group has their last day set to that day or an earlier one, or is deleted. API notes 4 and 5.7. */
const isLeft = (change: Change): boolean =>
	change.event === 'delete'
		? isOver(change, change.fields_old) !== true
		: change.event === 'update' &&
			isOver(change, change.fields_new) === true &&
			isOver(change, change.fields_old) !== true;

/** New, were it for a day, but none that is entered afterwards; or taken back after the last day. */
const isJoined = (change: Change): boolean =>
	change.event === 'create'
		? endOf(change.fields_new) >= dayOf(change.datetime ?? '')
		: change.event === 'update' &&
			isOver(change, change.fields_new) === false &&
			isOver(change, change.fields_old) === true;

const tellerOf = (isIt: (change: Change) => boolean): DerivedEvent => ({
	className: CLASS,
	wants: (change) => isMembership(change) && isIt(change),
	derive: async (change, branches, lookup) => {
		const fields = await lookup.fieldsOf(change, branches[0], ['customer_id', 'group_id']);
		const day = (name: string) => formatDay(fields[name], 'iso', 'utc') ?? null;
		return [
			{
				customer_id: readId(fields.customer_id) ?? null,
				group_id: readId(fields.group_id) ?? null,
				b_date: day('b_date'),
				e_date: day('e_date'),
				membership_id: change.entity_id,
				branch_id: certainBranch(fields, branches),
				user_id: change.user_id,
				datetime: change.datetime,
			},
		];
	},
});

export const joinedGroup = tellerOf(isJoined);
export const leftGroup = tellerOf(isLeft);
