import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities, entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { useSchool } from '../support/school';
import { recordsOf } from '../support/values';

const school = useSchool({ customers: 60 });

/** Where the names of an ID are, by the field that holds it, without its ending. Written from the facts. */
const LISTS: Record<string, string> = {
	assigned: 'user',
	branch: 'branch',
	category: 'pay-item-category',
	company: 'company',
	customer_reject: 'customer-reject',
	lead_reject: 'lead-reject',
	lead_source: 'lead-source',
	lead_status: 'lead-status',
	lesson_type: 'lesson-type',
	level: 'level',
	location: 'location',
	pay_account: 'pay-account',
	pay_item: 'pay-item',
	pay_type: 'pay-type',
	pipeline: 'pipeline',
	room: 'room',
	study_status: 'study-status',
	subject: 'subject',
	tariff: 'tariff',
	teacher: 'teacher',
	user: 'user',
};
const WORDS: Record<string, Record<number, string>> = {
	'customer.is_study': { 0: 'Lead', 1: 'Client' },
	'customer.legal_type': { 1: 'Person', 2: 'Company' },
	'customer.gender': { 0: 'Not Given', 1: 'Male', 2: 'Female' },
	'lesson.status': { 1: 'Planned', 2: 'Cancelled', 3: 'Completed' },
	'log.event': { 1: 'Created', 2: 'Updated', 3: 'Deleted' },
	'regularLesson.day': {
		...{ 1: 'Monday', 2: 'Tuesday', 3: 'Wednesday', 4: 'Thursday', 5: 'Friday', 6: 'Saturday', 7: 'Sunday' },
	},
	'tariff.type': { 1: 'Per Lesson', 2: 'Monthly', 3: 'Weekly or Unlimited' },
};

/** What a record is called in a list of branch 1; nothing if it is not in that. */
function nameIn(path: string, id: unknown): string | undefined {
	const world = { branch: 1, rows: (of: string) => school.sandbox.store.rows(of) };
	return recordsOf(world, path).find((row) => row.id === Number(id))?.name as string | undefined;
}

/** The names that belong beside the fields of a row, as the sandbox's own rows tell. */
function expectedNames(resource: string, row: IDataObject): IDataObject {
	const names: IDataObject = {};
	for (const [field, value] of Object.entries(row)) {
		const words = WORDS[`${resource}.${field}`];
		if (words) names[`${field}_name`] = words[Number(value)] ?? null;
		const [, stem, ending] = /^(.*)_(ids?)$/.exec(field) ?? [];
		// What calls hold is in no source.
		if (stem === undefined || !(stem in LISTS) || resource === 'phoneCall') continue;
		// In Simplify's text a list has commas.
		const ids = String(value ?? '')
			.split(',')
			.filter((id) => id.trim() !== '');
		const found = ids.map((id) => nameIn(LISTS[stem], id) ?? id.trim());
		const isKnown = ids.some((id) => nameIn(LISTS[stem], id) !== undefined);
		if (ending === 'id') names[`${stem}_name`] = isKnown ? found[0] : null;
		else if (ids.length > 0 && !isKnown) names[`${stem}_names`] = null;
		else names[`${stem}_names`] = Array.isArray(value) ? found : found.join(', ');
	}
	return names;
}

/** Whose records are asked for, where they are those of another. */
const KEYS: Record<string, () => INodeParameters> = {
	cgi: () => ({ group_id: Number(school.sandbox.store.rows('cgi')[0].group_id) }),
	customerTariff: () => ({
		customer_id: Number(school.sandbox.store.rows('customer-tariff')[0].customer_id),
	}),
	communication: () => {
		const [{ class: related, related_id }] = school.sandbox.store.rows('communication');
		return { class: String(related), related_id: Number(related_id) };
	},
};

const run = async (parameters: INodeParameters, items?: IDataObject[]) => {
	const { json, error, hints } = await school.engine.run({
		parameters: { branchId: 1, returnAll: true, ...parameters },
		...(items ? { items } : {}),
	});
	expect(error).toBeUndefined();
	return { json, hints };
};
const listed = (path: string) => school.entries(`${path}/index`).length;

describe.each(entities.filter(({ operations }) => operations.includes('getAll')))('$resource', (entity) => {
	const { resource } = entity;
	const parameters = () => ({ resource, operation: 'getAll', ...KEYS[resource]?.() });

	it('has the name of each ID of a short list beside it, after one request for each list', async () => {
		const { json, hints } = await run(parameters());
		expect(hints).toEqual([]);
		for (const row of json) expect(row).toMatchObject(expectedNames(resource, row));
		for (const path of new Set(Object.values(LISTS)))
			if (path !== entity.path) expect(listed(path)).toBeLessThanOrEqual(1);
	});

	it('has what its schema says, and nothing else of the node’s own', async () => {
		const { json } = await run(parameters());
		const { properties } = allSchemas()[`${resource}/getAll`];
		const held = new Set(school.sandbox.store.rows(entity.path).flatMap((row) => Object.keys(row)));
		for (const row of json) {
			if (entity.simple) expect(Object.keys(row)).toEqual(Object.keys(properties));
			const own = Object.keys(row).filter((name) => /_names?$|^url$/.test(name) && !held.has(name));
			expect(own.filter((name) => !(name in properties))).toEqual([]);
		}
	});

	it('comes as AlfaCRM sends it without them', async () => {
		const sent = await run({
			...parameters(),
			...(entity.simple ? { simplify: false } : { addNames: false }),
		});
		// Which types of payments there are is asked for in any case.
		const paths = Object.values(LISTS).filter((path) => path !== entity.path && path !== 'pay-type');
		for (const path of paths) expect(listed(path)).toBe(0);
		const held = new Set(school.sandbox.store.rows(entity.path).flatMap((row) => Object.keys(row)));
		// Of lessons AlfaCRM itself adds these. API notes 5.11.
		for (const name of ['lesson_type_name', 'details']) held.add(name);
		for (const row of sent.json) expect(Object.keys(row).filter((name) => !held.has(name))).toEqual([]);
	});

	it('has the names of all fields where they are asked for', async () => {
		if (!entity.simple) return;
		const { json } = await run({ ...parameters(), simplify: false, addNames: true });
		expect(json.length).toBeGreaterThan(0);
		for (const row of json) expect(row).toMatchObject(expectedNames(resource, row));
	});
});

describe('of 1,000 items', () => {
	const ids = () => {
		const customers = school.sandbox.store
			.rows('customer')
			.filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
		return Array.from({ length: 1_000 }, (_, index) => ({ id: customers[index % customers.length].id }));
	};

	it('reads one list for each reference', async () => {
		const parameters = {
			resource: 'customer',
			operation: 'get',
			id: '={{ $json.id }}',
			simplify: false,
			addNames: true,
		};
		const { json } = await run(parameters, ids());
		expect(json).toHaveLength(1_000);
		for (const row of json) expect(row).toMatchObject(expectedNames('customer', row));
		const paths = school.calls().filter((call) => !/^(customer|auth)\//.test(call));
		expect(paths.length).toBeGreaterThan(3);
		expect(paths).toEqual([...new Set(paths)]);
	});

	it('asks for a list that is refused or fails no second time, and says so once', async () => {
		for (const [status, words] of [
			[403, 'Names are missing, because this user may not read the lists of them: stages'],
			[
				404,
				'Names are missing, because the lists of them could not be read. Run it again to have them: stages',
			],
		] as const) {
			school.sandbox.clearJournal();
			school.sandbox.faults.add({ kind: 'status', status, times: 0, match: { entity: 'lead-status' } });
			const { json, hints } = await run(
				{ resource: 'customer', operation: 'get', id: '={{ $json.id }}' },
				ids().slice(0, 50),
			);
			for (const row of json)
				expect(row).toMatchObject({ lead_status_name: null, name: expect.any(String) as string });
			expect(hints).toEqual([words]);
			// A refusal may be that of an old token, so it is tried once more with a new one.
			expect(listed('lead-status')).toBeLessThanOrEqual(2);
			school.sandbox.faults.clear();
		}
	});
});

it('asks for the names in the branch of the rows', async () => {
	const { store } = school.sandbox;
	const [room] = store.rows('room').filter(({ branch_id }) => branch_id !== 1);
	const branch = Number(room.branch_id);
	const { id } = store.insert('regular-lesson', {
		branch_id: branch,
		room_id: room.id,
		related_class: 'Group',
		related_id: 1,
	});
	const { json } = await run({
		...{ resource: 'regularLesson', operation: 'get', branchId: branch, id: String(id) },
		...{ simplify: false, addNames: true },
	});
	expect(json).toMatchObject([{ room_id: room.id, room_name: room.name }]);
	expect(school.entries('room/index').map(({ path }) => path)).toEqual([`/v2api/${branch}/room/index`]);
});

it('says which day a number stands for in the hours of a teacher', async () => {
	const { json } = await run({ resource: 'teacher', operation: 'getWorkingHours' });
	const days: Record<string, string> = { 2: 'Monday', 4: 'Wednesday', 6: 'Friday' };
	expect(json.length).toBeGreaterThan(0);
	for (const row of json) expect(row.weekday_name).toBe(days[String(row.weekday)]);
	expect(json[0].teacher_name).toBe(nameIn('teacher', json[0].teacher_id));
});

it.each([7, 0] as const)('says of a regular lesson on %i that it is on Sundays', async (sunday) => {
	school.sandbox.settings.sunday = sunday;
	const { id } = school.sandbox.store.insert('regular-lesson', {
		...{ branch_id: 1, related_class: 'Group', related_id: 1, day: 7, time_from_v: '10:00' },
	});
	for (const simplify of [true, false]) {
		const { json } = await run({
			...{ resource: 'regularLesson', operation: 'get', id: String(id), simplify, addNames: true },
		});
		expect(json).toMatchObject([{ day: sunday, day_name: 'Sunday' }]);
	}
});

it('names no customer: their list may be huge', async () => {
	for (const resource of ['lesson', 'pay', 'task']) {
		const { json } = await run({ resource, operation: 'getAll' });
		expect(json.length).toBeGreaterThan(0);
		expect(Object.keys(json[0])).not.toContain('customer_names');
	}
	expect(listed('customer')).toBe(0);
});

it('gives no two things the same name', () => {
	for (const { resource } of entities) {
		const { fields, outputFields = [] } = entityOf(resource);
		const names = new Set([...fields, ...outputFields].map(({ name }) => name));
		const stems = [...names].filter((name) => /_ids?$/.test(name) && name.replace(/_ids?$/, '') in LISTS);
		const derived = stems.map((name) => name.replace(/_id(s?)$/, '_name$1'));
		// AlfaCRM itself says what kind of lesson it is.
		expect(derived.filter((name) => names.has(name) && name !== 'lesson_type_name')).toEqual([]);
	}
});
