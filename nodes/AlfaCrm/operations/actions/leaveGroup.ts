import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import { today } from '../../values/formats';
import { cgi } from '../../entities/cgi';
import { recordKey } from '../execution/execution';
import { firstDay, lastDay } from '../records/periods';
import type { ActionKind } from './kind';
import {
	changeOf,
	listMemberships,
	membershipSchema,
	outcomeOf,
	readDay,
	readMembership,
} from './membership';

/** A customer leaves a group: on a day, or as if it had never been there. Who is not in it has left it. */
export const leaveGroup: ActionKind<'leaveGroup'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const membership = readMembership(item, entity, action);
		const { customer, group, rest, lock } = membership;
		const day = readDay(item, rest.e_date) ?? today('iso', item.zone);
		return await item.withLock([lock], async () => {
			const rows = (await listMemberships(membership)).filter((row) =>
				rest.leave_by === 'delete' ? lastDay(row, item.zone) >= day : lastDay(row, item.zone) > day,
			);
			if (rows.length === 0)
				return [outcomeOf({ customer_id: customer, group_id: group }, 'unchanged', { alreadyLeft: true })];
			const begun = rows.find(
				(row) => firstDay(row, item.zone) > day && firstDay(row, item.zone) <= today('iso', item.zone),
			);
			if (rest.leave_by !== 'delete' && begun) {
				throw item.refused(
					`'Last Day' must not be before the membership began, on ${firstDay(begun, item.zone)}`,
					"Give a later day, or set 'How' to Delete It. Nothing was saved.",
				);
			}

			const result: IDataObject[] = [];
			for (const row of rows) {
				const task = `take customer ${customer} out of group ${group} (membership ${String(row.id)})`;
				const call = { ...changeOf(membership, row), task };
				// One that has not begun by then cannot end then.
				const isDeleted = rest.leave_by === 'delete' || firstDay(row, item.zone) > day;
				const body = { e_date: rest.e_date };
				const change = isDeleted ? { ...call, action: 'delete' } : { ...call, action: 'update', body };
				const keys = [lock, recordKey(cgi, Number(row.id))];
				const model = await item.save(change, keys).catch((caught) => {
					if (isDeleted || firstDay(row, item.zone) !== day || !hasStatus(caught, 200, 422))
						throw item.asError(caught);
					throw item.failed(
						caught.message,
						`If that is because the membership began on that very day, set 'How' to Delete It, or give a later 'Last Day'.${item.hasSaved ? '' : ' Nothing was saved.'}`,
						Number(caught.httpCode),
					);
				});
				result.push(
					isDeleted
						? outcomeOf({ ...row, ...model }, 'deleted', { alreadyLeft: false })
						: outcomeOf({ ...row, ...body, ...model }, 'updated', { alreadyLeft: false }),
				);
			}
			return result;
		});
	},
	output: () => membershipSchema('alreadyLeft'),
};
