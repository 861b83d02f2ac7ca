import type { INodeParameters } from 'n8n-workflow';

import { isActive, job, jobsOf } from '../support/jobs';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { rows, stored, lead, client, writes } = jobsOf(school);

/** The ID of a lead that stands at a stage, or is not sorted. */
const leadAt = (lead_status_id: number | null): number => {
	const id = lead().id as number;
	school.sandbox.store.patch('customer', id, { lead_status_id });
	return id;
};
const move = async (id: unknown, lead_status_id: unknown, more: INodeParameters = {}) => {
	const parameters = job('moveToStage', id, { lead_status_id: lead_status_id as string, ...more });
	const { error, json, hints } = await school.engine.run({ parameters });
	expect(error).toBeUndefined();
	return { ...json[0], hints };
};
const reads = () => school.entries('lead-status/index').length;

describe('a lead without a stage', () => {
	it.each(['none', 'Not Sorted', '={{ "none" }}'])('is what %s makes of one, once', async (stage) => {
		const id = leadAt(3);
		expect(await move(id, stage)).toMatchObject({ operationResult: 'updated', lead_status_id: null });
		expect(school.sandbox.journal.at(-1)?.body).toEqual({ lead_status_id: null });
		expect(stored(id)).toMatchObject({ lead_status_id: null, pipeline_id: 1 });

		expect(await move(id, stage)).toMatchObject({ operationResult: 'unchanged', hints: [] });
		expect(writes()).toEqual(['customer/update']);
	});

	it('can be moved to a stage, without a hint', async () => {
		const id = leadAt(null);
		expect(await move(id, 2)).toMatchObject({ operationResult: 'updated', hints: [] });
		expect(stored(id).lead_status_id).toBe(2);
	});

	it.each(['={{ null }}', '={{ undefined }}', '={{ "" }}'])(
		'is not what an empty stage means: %j',
		async (stage) => {
			const id = leadAt(3);
			const parameters = job('moveToStage', id, { lead_status_id: stage });
			const { error } = await school.engine.run({ parameters });
			expect(error?.message).toBe("'Stage' is empty, but AlfaCRM requires it");
			expect(stored(id).lead_status_id).toBe(3);
		},
	);
});

describe('a hint', () => {
	it('says that a lead was moved back, by the weight of the stages', async () => {
		const id = leadAt(4);
		expect((await move(id, 2)).hints).toEqual([
			`A lead was moved back in the funnel: customer ${id} from Ждём оплату to Назначено пробное`,
		]);
		expect(stored(id).lead_status_id).toBe(2);
		expect((await move(id, 4)).hints).toEqual([]);

		school.sandbox.store.patch('lead-status', 2, { weight: 99 });
		expect((await move(id, 2)).hints).toEqual([]);
		expect((await move(id, 4)).hints).toHaveLength(1);
	});

	it('goes by the ID where stages weigh the same', async () => {
		for (const stage of [2, 3]) school.sandbox.store.patch('lead-status', stage, { weight: 1 });
		const id = leadAt(2);
		expect((await move(id, 3)).hints).toEqual([]);
		expect((await move(id, 2)).hints).toHaveLength(1);
	});

	it('is not given where the stage is of another pipeline, unknown or none', async () => {
		school.sandbox.store.patch('lead-status', 2, { pipeline_id: 2 });
		expect((await move(leadAt(4), 2)).hints).toEqual([]);
		expect((await move(leadAt(4), 999)).hints).toEqual([]);
		expect((await move(leadAt(4), 'none')).hints).toEqual([]);
	});

	it('says that a client was given a stage', async () => {
		const { id } = client();
		school.sandbox.store.patch('customer', id as number, { lead_status_id: null });
		expect((await move(id, 2)).hints).toEqual([
			`A client was given a stage of the funnel, which is for leads: customer ${String(id)}`,
		]);
		expect(stored(id).lead_status_id).toBe(2);
		expect((await move(id, 2)).hints).toEqual([]);
		expect((await move(id, 'none')).hints).toEqual([]);
		expect(reads()).toBe(0);
	});

	it('takes one reading of the stages for all items, none where nothing is moved', async () => {
		const id = leadAt(4);
		await move(id, 4);
		expect(reads()).toBe(0);
		const [one, two] = rows('customer').filter((row) => row.is_study === 0 && isActive(row));
		for (const row of [one, two])
			school.sandbox.store.patch('customer', row.id as number, { lead_status_id: 3 });
		const { hints } = await school.engine.run({
			parameters: job('moveToStage', '={{ $json.id }}', { lead_status_id: 1 }),
			items: [one, two],
		});
		expect(hints).toHaveLength(1);
		for (const row of [one, two]) expect(hints[0]).toContain(`customer ${String(row.id)} from`);
		expect(reads()).toBe(1);
	});

	it('is left out where the stages cannot be read, and the lead is moved all the same', async () => {
		school.sandbox.settings.forbiddenCalls = ['lead-status/index'];
		const id = leadAt(4);
		expect(await move(id, 2)).toMatchObject({ operationResult: 'updated', hints: [] });
		expect(stored(id).lead_status_id).toBe(2);
	});
});

describe('Not Sorted in other forms', () => {
	const base = { resource: 'customer', branchId: 1 };
	const values = { name: 'Новая Анна', is_study: 0, legal_type: 1, lead_status_id: 'none' };

	it.each<[string, INodeParameters]>([
		['Create', { operation: 'create', inputMode: 'json', json: JSON.stringify(values) }],
		[
			'Create or Update',
			{
				...{ operation: 'upsert', matchBy: 'phone', phone: '+7(900)000-77-66' },
				...{ inputMode: 'json', json: JSON.stringify({ ...values, phone: '+7(900)000-77-66' }) },
			},
		],
	])('%s sends no stage for a new lead, and it is unsorted', async (_name, parameters) => {
		const { error, json } = await school.engine.run({ parameters: { ...base, ...parameters } });
		expect(error).toBeUndefined();
		expect(school.sandbox.journal.at(-1)?.body).not.toHaveProperty('lead_status_id');
		expect(stored(json[0].id).lead_status_id).toBeNull();
	});

	it('Update takes a lead out of its stage', async () => {
		const id = leadAt(3);
		const parameters = { ...base, operation: 'update', id, updateFields: { lead_status_id: 'none' } };
		expect((await school.engine.run({ parameters })).error).toBeUndefined();
		expect(stored(id).lead_status_id).toBeNull();
	});
});
