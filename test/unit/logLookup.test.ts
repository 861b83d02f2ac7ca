import type { IDataObject } from 'n8n-workflow';

import { readLogEntry } from '../../nodes/AlfaCrm/trigger/change';
import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { LogLookup } from '../../nodes/AlfaCrm/trigger/sources/changeLog/logLookup';
import { LOG_EVENT } from '../../nodes/AlfaCrm/entities/log';
import { MemoryLists } from '../properties/trigger/lists';

const membership = { entity: 'CustomerGroupInvolve', entity_id: 7 };
const created = {
	...membership,
	event: LOG_EVENT.created,
	fields_new: { customer_id: 5, group_id: 41, e_date: '2026-02-01' },
	date_time: '2026-01-10 09:00:00',
};

/** Reads the fields of the membership by its newest entry in the log. */
async function readMembership(newestEntry: IDataObject): Promise<IDataObject> {
	const lists = new MemoryLists(() => [newestEntry, created]);
	const lookup = new LogLookup(lists.client, lists.reader);
	const change = readLogEntry(newestEntry, 1) as Change;
	return await lookup.readLoggedFields(change, 1, ['customer_id', 'group_id']);
}

it('the customer and the group of a membership are known if its last entry shows them as empty', async () => {
	const deleted = {
		...membership,
		event: LOG_EVENT.deleted,
		fields_new: { customer_id: null, group_id: null },
		date_time: '2026-02-10 09:00:00',
	};

	const fields = await readMembership(deleted);

	expect(fields).toMatchObject({ customer_id: 5, group_id: 41 });
});

it('a membership whose end was taken back has no end', async () => {
	const updated = {
		...membership,
		event: LOG_EVENT.updated,
		fields_old: { e_date: '2026-02-01' },
		fields_new: { e_date: null },
		date_time: '2026-02-10 09:00:00',
	};

	const fields = await readMembership(updated);

	expect(fields).toMatchObject({ customer_id: 5, group_id: 41, e_date: null });
});
