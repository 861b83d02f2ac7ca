import { customer } from '../../../nodes/AlfaCrm/entities/customer';
import { decide } from '../../../nodes/AlfaCrm/operations/matching/decide';
import { useSchool } from '../support/school';
import { FORMATTED, form, upsertsOf } from '../support/upsert';

const school = useSchool({ customers: 40 });
const { customers, stored, holders, add, run, failing } = upsertsOf(school);

const ARCHIVED = '2025-01-31';

// ---------------------------------------------------------------- the table of decisions

const NUMBERS = [0, 1, 2];
const SEVERAL = ['refuse', 'newest', 'all'] as const;
const WHEN_ARCHIVED = ['update', 'restore', 'create', 'skip'] as const;
const TABLE = NUMBERS.flatMap((active) =>
	NUMBERS.flatMap((archived) =>
		SEVERAL.flatMap((ifSeveral) =>
			WHEN_ARCHIVED.map((ifArchived) => ({ active, archived, ifSeveral, ifArchived })),
		),
	),
);

/** The table of the README: what must come of so many active and archived matches. */
function expected({ active, archived, ifSeveral, ifArchived }: (typeof TABLE)[number]) {
	if (active === 0 && archived === 0) return { result: 'created', touched: 0 };
	if (active === 0 && ifArchived === 'create') return { result: 'created', touched: 0 };
	if (active === 0 && ifArchived === 'skip') return { result: 'skipped', touched: 1 };
	const candidates = active > 0 ? active : archived;
	if (candidates > 1 && ifSeveral === 'refuse') return { result: 'refused', touched: candidates };
	return { result: 'updated', touched: ifSeveral === 'all' ? candidates : 1 };
}

describe.each(TABLE)(
	'$active active and $archived archived matches, $ifSeveral, archived: $ifArchived',
	(row) => {
		const { active, archived, ifSeveral, ifArchived } = row;
		const { result, touched } = expected(row);

		it(`end as ${result}`, async () => {
			const ids = [
				...Array.from({ length: active }, () => add()),
				// Archived last, so that the newest of all is never the active one.
				...Array.from({ length: archived }, () => add({ e_date: ARCHIVED, is_study: 1 })),
			];
			const candidates = (active > 0 ? ids.slice(0, active) : ids).reverse();
			const parameters = form({ note: 'С сайта' }, { ifSeveral, ifArchived });

			if (result === 'refused') {
				const error = await failing(parameters);
				const kind = active > 0 ? 'lead' : 'client, archived';
				const named = candidates.map((id) => `${id} (${kind})`).join(', ');
				expect(error?.message).toBe(`${touched} customers match by Phone: ${named}`);
				return;
			}
			const before = customers().length;
			const json = await run(parameters);

			expect(json).toHaveLength(Math.max(1, touched));
			for (const one of json) expect(one.operationResult).toBe(result);
			expect(customers()).toHaveLength(before + (result === 'created' ? 1 : 0));
			const written = holders()
				.filter(({ note }) => note === 'С сайта')
				.map(({ id }) => id);
			if (result === 'created') return expect(written).toEqual([json[0].id]);
			expect(json.map(({ id }) => id)).toEqual(candidates.slice(0, touched));
			expect(written.sort()).toEqual(result === 'updated' ? candidates.slice(0, touched).sort() : []);
			for (const { id } of json) {
				const restored = active > 0 || ifArchived === 'restore';
				expect(stored(id).e_date).toBe(restored ? '2030-12-31' : ARCHIVED);
			}
		});
	},
);

it('the decision itself follows the same table', () => {
	for (const row of TABLE) {
		const matches = Array.from({ length: row.active + row.archived }, (_, id) => ({
			row: { id },
			version: 0,
			archived: id >= row.active,
		}));
		const decision = decide(customer, matches, row);
		const { result, touched } = expected(row);
		const act = { created: 'create', skipped: 'skip', refused: 'refuse', updated: 'update' }[result];
		expect([row, decision?.act ?? 'create']).toEqual([row, act]);
		if (decision !== undefined) expect(decision.matches).toHaveLength(touched);
	}
});

// ---------------------------------------------------------------- the same job twice

describe('the job that makes a lead of a form', () => {
	const job = form({ email: ['mia@example.org'], note: 'С сайта', is_study: 0 });

	it('leaves one customer when it is run twice, and says what it did', async () => {
		const [first] = await run(job);
		const [second] = await run(job);
		expect(first).toMatchObject({ operationResult: 'created', name: 'Орлова Мия', phone: FORMATTED });
		expect(first.changedFields).toEqual(
			expect.arrayContaining(['name', 'phone', 'email', 'note', 'is_study', 'legal_type', 'branch_ids']),
		);
		expect(second).toMatchObject({ id: first.id, operationResult: 'unchanged', changedFields: [] });
		expect(holders()).toHaveLength(1);
		expect(school.entries('customer/update')).toHaveLength(0);
	});

	it('leaves one customer when the answer to its create is lost and it is run again', async () => {
		school.sandbox.faults.add({
			kind: 'reset',
			match: { entity: 'customer', action: 'create' },
			when: 'after',
		});
		const { status } = await school.engine.run({ parameters: job });
		expect(status).toBe('error');
		expect(await run(job)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(holders()).toHaveLength(1);
	});

	it('leaves one customer when it runs twice at the same moment', async () => {
		const results = await Promise.all([run(job), run(form(job.fieldsToSet, {}, { phone: '+79005550001' }))]);
		expect(results.flat().map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged']);
		expect(holders()).toHaveLength(1);
	});

	it('leaves one customer when two jobs at the same moment share a part of their keys', async () => {
		const both = { matchBy: 'phoneOrEmail', email: 'mia@example.org' };
		const results = await Promise.all([
			run(form({}, {}, both)),
			run(form({}, {}, { matchBy: 'email', email: 'MIA@example.org' })),
			run(form({}, {}, { phone: '+79005550001' })),
		]);
		expect(results.flat().map(({ operationResult }) => operationResult)).toEqual([
			'created',
			'unchanged',
			'unchanged',
		]);
		expect(holders()).toHaveLength(1);
	});

	it('loses nothing when lists show a customer as it was before the last item', async () => {
		const id = add();
		school.sandbox.faults.add({
			kind: 'mutate',
			match: { entity: 'customer', action: 'update' },
			when: 'after',
			changes: [{ entity: 'customer', id, patch: { email: [] } }],
		});
		const json = await run(form({ email: '={{ [$json.email] }}' }), [
			{ email: 'mia@example.org' },
			{ email: 'mama@example.org' },
		]);
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['updated', 'updated']);
		expect(stored(id).email).toEqual(['mia@example.org', 'mama@example.org']);
	});

	it('leaves one customer when two items are about it and lists show it late', async () => {
		const { sandbox } = school;
		const original = sandbox.store.onChange;
		sandbox.store.onChange = (change) => {
			original(change);
			if (change.entity.path === 'customer' && change.after) sandbox.store.hide('customer', change.after.id);
		};
		try {
			const parameters = form(
				{ email: '={{ [$json.email] }}', branch_ids: '={{ [$json.branch] }}' },
				{},
				{ phone: '={{ $json.phone }}' },
			);
			const json = await run(parameters, [
				{ phone: '+7 900 555-00-01', email: 'mia@example.org', branch: 1 },
				{ phone: '89005550001', email: 'mama@example.org', branch: 2 },
				{ phone: '9005550001', email: 'papa@example.org', branch: 1 },
			]);
			expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'updated', 'updated']);
			expect(json.map(({ changedFields }) => changedFields).slice(1)).toEqual([
				['email', 'branch_ids'],
				['email'],
			]);
		} finally {
			sandbox.store.onChange = original;
		}
		expect(holders()).toMatchObject([
			{ email: ['mia@example.org', 'mama@example.org', 'papa@example.org'], branch_ids: [1, 2] },
		]);
	});
});

it('takes the other fields as JSON, as an AI agent gives them', async () => {
	const json = await run(
		form({}, {}, { inputMode: 'json', json: { name: 'Из Агента', email: 'agent@example.org' } as never }),
	);
	expect(json).toMatchObject([
		{ name: 'Из Агента', phone: FORMATTED, email: 'agent@example.org', operationResult: 'created' },
	]);
	expect(Object.keys(json[0]).length).toBeLessThanOrEqual(13);
});
