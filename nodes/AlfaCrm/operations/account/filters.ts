import type { IDataObject } from 'n8n-workflow';

import { OPEN_END, readIds } from '../../values/formats';
import type { Check } from './check';
import { oneOf } from './check';
import { endedSubscription, hasEnded, otherPayTypes, subscriptions } from './past';
import type { Probe } from './probe';
import { keyOf, keysOf } from './probe';
import { sampleOf } from './sample';

const MEANINGS = {
	honoured: 'AlfaCRM narrows the list down, so what is asked for comes with few requests.',
	ignored:
		'AlfaCRM returns everything: the node checks the rows again where they show the value, and reads more of them.',
	'finds nothing': 'AlfaCRM finds nothing by a value that a row has: look records up by another filter.',
};

type Found = keyof typeof MEANINGS;

interface FilterFacts {
	path: string;
	name: string;
	/** The field of the rows that it looks at. */
	field: string;
	/** What is looked at, where that is not the whole list. */
	body?: IDataObject;
	/** Sources doubt that it does anything. */
	isDoubtful?: true;
}

/** Filters by the very value of a field. API notes 3, 5. */
const BY_VALUE: readonly FilterFacts[] = [
	{ path: 'branch', name: 'id', field: 'id', isDoubtful: true },
	{ path: 'customer', name: 'id', field: 'id' },
	{ path: 'customer', name: 'lead_status_id', field: 'lead_status_id' },
	{ path: 'customer', name: 'branch_ids', field: 'branch_ids', isDoubtful: true },
	{ path: 'customer', name: 'group_id', field: 'group_ids', body: { is_study: 1 }, isDoubtful: true },
	{ path: 'group', name: 'id', field: 'id' },
	{ path: 'lesson', name: 'id', field: 'id' },
	{ path: 'log', name: 'entity_id', field: 'entity_id' },
	{ path: 'pay', name: 'id', field: 'id' },
	{ path: 'regular-lesson', name: 'related_id', field: 'related_id', isDoubtful: true },
	{ path: 'room', name: 'id', field: 'id', isDoubtful: true },
	{ path: 'tariff', name: 'id', field: 'id', isDoubtful: true },
];

const valuesOf = (row: IDataObject, field: string): number[] => {
	const held = row[field];
	return readIds(Array.isArray(held) ? held : [held]);
};

/**
 * A value that fewest rows have; undefined where all are alike.
 *
 * @param shown what comes where the filter does nothing: not all of it has the value, so that it shows
 */
function rarest(
	rows: readonly IDataObject[],
	shown: readonly IDataObject[],
	field: string,
): number | undefined {
	const counts = new Map<number, number>();
	for (const value of rows.flatMap((row) => [...new Set(valuesOf(row, field))])) {
		counts.set(value, (counts.get(value) ?? 0) + 1);
	}
	const values = [...counts].sort(([, a], [, b]) => a - b).map(([value]) => value);
	return values.find((value) => shown.some((row) => !valuesOf(row, field).includes(value)));
}

/** What came, if all of it was to pass a test. */
const found = (rows: readonly IDataObject[], passes: (row: IDataObject) => boolean): Found =>
	rows.length === 0 ? 'finds nothing' : rows.every(passes) ? 'honoured' : 'ignored';

async function byValue(probe: Probe, { path, name, field, body }: FilterFacts): Promise<Found | undefined> {
	const value = rarest(await sampleOf(probe, path, body), await probe.page(path, body), field);
	if (value === undefined) return undefined;
	const rows = await probe.page(path, { ...body, [name]: value });
	return found(rows, (row) => valuesOf(row, field).includes(value));
}

const filter = (
	subject: string,
	needs: string,
	find: (probe: Probe) => Promise<Found | undefined>,
	isDoubtful = false,
): Check =>
	oneOf({
		check: 'filter',
		subject,
		needs,
		expected: isDoubtful ? ['honoured', 'ignored'] : 'honoured',
		find,
		meanings: MEANINGS,
	});

const customerType = filter('customer.is_study', 'leads', async (probe) => {
	const rows = await probe.page('customer', { is_study: 0 });
	// Ignored, it leaves the clients that come by default.
	return rows.length === 0 ? undefined : found(rows, (row) => row.is_study === 0);
});

/** Archived rows show a last day that has come. */
const archived = (path: string): Check =>
	filter(`${path}.removed`, 'archived records', async (probe) => {
		const rows = await probe.page(path, { removed: 2 });
		return rows.length === 0 ? undefined : found(rows, (row) => row.e_date !== OPEN_END);
	});

/** Rows of groups need not show that they are archived. */
const archivedGroups = filter('group.removed', 'archived groups', async (probe) => {
	const rows = await probe.page('group', { removed: 2 });
	const active = await probe.page('group', { removed: 0 });
	if (rows.length === 0 || active.length === 0) return undefined;
	const keys = keysOf(rows);
	return active.some((row) => keys.has(keyOf(row))) ? 'ignored' : 'honoured';
});

const lessonStatus = filter('lesson.status', 'planned or cancelled lessons', async (probe) => {
	for (const status of [1, 2]) {
		const rows = await probe.page('lesson', { status });
		if (rows.length > 0) return found(rows, (row) => row.status === status);
	}
	return undefined;
});

const payType = filter('pay.pay_type_id', 'payments that are no incomes', async (probe) => {
	for (const type of await otherPayTypes(probe)) {
		const rows = await probe.page('pay', { pay_type_id: type });
		if (rows.length > 0) return found(rows, (row) => row.pay_type_id === type);
	}
	return undefined;
});

const classOfLog = filter('log.entity', 'changes of two kinds of records', async (probe) => {
	const classes = (await sampleOf(probe, 'log')).map(({ entity }) => String(entity));
	const shown = (await probe.page('log')).map(({ entity }) => String(entity));
	const count = (one: string) => classes.filter((other) => other === one).length;
	const [wanted] = [...new Set(classes)]
		.filter((one) => shown.some((other) => other !== one))
		.sort((one, other) => count(one) - count(other));
	if (wanted === undefined) return undefined;
	return found(await probe.page('log', { entity: wanted }), ({ entity }) => entity === wanted);
});

const ended = filter('customer-tariff.dead', 'subscriptions that have ended', async (probe) => {
	const sold = await endedSubscription(probe);
	if (sold === undefined || sold.rows.every((row) => hasEnded(row, sold.before))) return undefined;
	const rows = await probe.rows(subscriptions(sold.customer, { dead: true }));
	return found(rows, (row) => hasEnded(row, sold.before));
});

export const filterChecks: readonly Check[] = [
	...BY_VALUE.map((facts) =>
		filter(
			`${facts.path}.${facts.name}`,
			`rows that differ in ${facts.field}`,
			async (probe) => await byValue(probe, facts),
			facts.isDoubtful,
		),
	),
	...[customerType, archived('customer'), archived('teacher'), archivedGroups],
	...[lessonStatus, payType, classOfLog, ended],
];
