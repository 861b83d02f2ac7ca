import type { IDataObject } from 'n8n-workflow';

import { readLogEntry } from '../../nodes/AlfaCrm/trigger/change';
import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { LogLookup } from '../../nodes/AlfaCrm/trigger/sources/changeLog/logLookup';
import { MemoryLists } from '../properties/trigger/lists';
import { LOG_EVENT } from '../support/codes';

const BRANCH = 1;
const MEMBERSHIP = 7;
const CUSTOMER = 5;
const GROUP = 41;

const creation = {
	entity: 'CustomerGroupInvolve',
	entity_id: MEMBERSHIP,
	event: LOG_EVENT.created,
	fields_new: { customer_id: CUSTOMER, group_id: GROUP, e_date: '2026-02-01' },
	date_time: '2026-01-10 09:00:00',
};

/** Reads the fields of the membership from a log that has its creation and a newer entry. */
async function readMembership(newestEntry: IDataObject): Promise<IDataObject> {
	const lists = new MemoryLists(() => [newestEntry, creation]);
	const lookup = new LogLookup(lists.client, lists.reader);
	const change = readLogEntry(newestEntry, BRANCH) as Change;
	return await lookup.readLoggedFields(change, BRANCH, ['customer_id', 'group_id']);
}

describe('LogLookup', () => {
	it('the lookup finds the customer and the group of a membership in its creation when the deletion shows neither', async () => {
		const deletion = {
			entity: 'CustomerGroupInvolve',
			entity_id: MEMBERSHIP,
			event: LOG_EVENT.deleted,
			fields_new: { customer_id: null, group_id: null },
			date_time: '2026-02-10 09:00:00',
		};

		const fields = await readMembership(deletion);

		expect(fields).toMatchObject({ customer_id: CUSTOMER, group_id: GROUP });
	});

	it('the lookup finds no last day of a membership when an update has removed the last day', async () => {
		const update = {
			entity: 'CustomerGroupInvolve',
			entity_id: MEMBERSHIP,
			event: LOG_EVENT.updated,
			fields_old: { e_date: '2026-02-01' },
			fields_new: { e_date: null },
			date_time: '2026-02-10 09:00:00',
		};

		const fields = await readMembership(update);

		expect(fields).toMatchObject({ customer_id: CUSTOMER, group_id: GROUP, e_date: null });
	});
});
