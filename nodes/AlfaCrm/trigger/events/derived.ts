import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { EventOf } from '../../entities/events';
import type { Shown } from '../../entities/fieldTypes';
import { reference, references } from '../../entities/fields';
import type { NameSource } from '../../operations/output/names';
import { branchOf } from '../../operations/output/link';
import { namedFields, withNames } from '../../operations/output/names';
import { addNames as addNamesBeside } from '../../operations/output/readings';
import { recordNamed } from '../change';
import type { RecordReader } from '../recordReader';
import type { DerivedEvent } from '../derivedEvents';
import { DerivedEvents } from '../derivedEvents';
import type { NewRecord } from '../eventSource';
import { oneByOne } from '../eventSource';
import type { EventKind } from './kind';
import { attendance } from './attendance';
import { archived, joinedGroup, leftGroup, sold } from './customerChanges';

const derivedEvents: Record<EventOf<'derived'>['what'], DerivedEvent> = {
	archived,
	attended: attendance(1),
	joinedGroup,
	leftGroup,
	missed: attendance(0),
	sold,
};

/** What IDs in items stand for. */
const named = namedFields([
	reference('customer_reject_id', 'Customer Reject Reason', 'customerReject'),
	references('group_ids', 'Group', 'group'),
	reference('lead_reject_id', 'Lead Reject Reason', 'leadReject'),
	reference('lesson_type_id', 'Lesson Type', 'lessonType'),
	references('lesson_type_ids', 'Lesson Type', 'lessonType'),
	reference('room_id', 'Room', 'room'),
	reference('subject_id', 'Subject', 'subject'),
	references('subject_ids', 'Subject', 'subject'),
	reference('tariff_id', 'Subscription', 'tariff'),
	references('teacher_ids', 'Teacher', 'teacher'),
] satisfies Shown[]);

const addNames: INodeProperties = {
	...addNamesBeside,
	description:
		"Whether to add the customer's name, phone and email, and names beside the other IDs, such as group_name beside group_id. Takes one more request for each customer, for each group and for each list of names that is needed.",
};

export const derived: EventKind<'derived'> = {
	form: () => ({ output: [addNames] }),
	source: (_parameters, { what }) => ({ source: new DerivedEvents(derivedEvents[what]), filters: {} }),
	/** As many as there is time to read customers for and can be read, but at least one. */
	async items(parameters, _event, { news, records, names, deadline }) {
		if (!parameters.flag(addNames)) return news.map(({ row }) => row);
		const isLate = () => Date.now() >= deadline;
		return await oneByOne(news, isLate, async (one) => await withRecords(one, records, names));
	},
};

async function withRecords(
	{ row, branches }: NewRecord,
	records: RecordReader,
	names: NameSource,
): Promise<IDataObject> {
	const read = async (entity: string, id: unknown) => {
		const known = readId(id);
		const found = known === undefined ? undefined : await records.find(recordNamed(entity, known), branches);
		return { record: found?.record ?? {}, reason: found?.reason };
	};
	const customer = await read('Customer', row.customer_id);
	const group = await read('Group', row.group_id);
	const branch = readId(row.branch_id) ?? branchOf({ ...customer.record, ...group.record }, branches[0]);
	const { customer_id, group_id, ...rest } = await withNames({ row, branch }, named, names);
	return {
		customer_id,
		customer_name: customer.record.name ?? null,
		customer_phone: customer.record.phone ?? null,
		customer_email: customer.record.email ?? null,
		...(customer.reason === undefined ? {} : { customer_error: customer.reason }),
		...(group_id === undefined ? {} : { group_id, group_name: group.record.name ?? null }),
		...rest,
		branch_id: branch ?? null,
	};
}
