import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { Engine } from '../support/engine';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

describe('dropdowns', () => {
	it.each([
		['getBranches', 'branch'],
		['getSubjects', 'subject'],
		['getStudyStatuses', 'study-status'],
		['getLeadSources', 'lead-source'],
	])('%s offers every %s of the account', async (method, path) => {
		const options = await school.engine.options(method, { branchId: 1 });
		const rows = school.sandbox.store.rows(path);
		expect(options.map(({ value }) => value).sort()).toEqual(rows.map(({ id }) => id).sort());
		expect(rows.length).toBeGreaterThan(0);
	});

	it('offer to have no stage, before the stages', async () => {
		const [none, ...stages] = await school.engine.options('getStages', { branchId: 1 });
		expect(none).toEqual({ name: 'Not Sorted', value: 'none' });
		expect(stages.map(({ value }) => value)).toEqual(
			school.sandbox.store.rows('lead-status').map(({ id }) => id),
		);
	});

	it('follow the order that AlfaCRM shows, and mark what is switched off', async () => {
		const [, ...options] = await school.engine.options('getStages', { branchId: 1 });
		const rows = [...school.sandbox.store.rows('lead-status')].sort(
			(a, b) => Number(a.weight) - Number(b.weight),
		);
		expect(options.map(({ value }) => value)).toEqual(rows.map(({ id }) => id));
		const off = rows.find((row) => row.is_enabled === 0);
		expect(options.find(({ value }) => value === off?.id)?.name).toBe(`${String(off?.name)} (Off)`);
	});

	it.each([
		['the branch of the node', { branchId: 2 }],
		['the first of those that the trigger watches', { branchIds: [2, 3] }],
	])('ask in %s, also where this user may not work in the first one', async (_which, parameters) => {
		school.sandbox.settings.forbiddenBranches = [1];
		expect((await school.engine.options('getStages', parameters)).length).toBeGreaterThan(0);
		expect(school.entries('lead-status/index').map(({ path }) => path)).toEqual([
			'/v2api/2/lead-status/index',
		]);
	});

	it('say so where a branch is needed, none is chosen, and AlfaCRM lists none', async () => {
		for (const { id } of [...school.sandbox.store.rows('branch')]) school.sandbox.store.remove('branch', id);
		await expect(school.engine.options('getStages', {})).rejects.toThrow('AlfaCRM returned no branches');
	});

	it.each([0, '0', false])('mark a branch as closed whose flag is %p', async (is_active) => {
		school.sandbox.store.patch('branch', 1, { is_active });
		const options = await school.engine.options('getBranches', {});
		expect(options.filter(({ name }) => name.endsWith(' (Off)')).map(({ value }) => value)).toContain(1);
	});

	it.each([0, '0', false])(
		'ask in the first branch that is open, where none is chosen: %p',
		async (is_active) => {
			school.sandbox.store.patch('branch', 1, { is_active });
			await school.engine.options('getStages', { branchIds: [] });
			expect(school.entries('lead-status/index').map(({ path }) => path)).toEqual([
				'/v2api/2/lead-status/index',
			]);
		},
	);

	describe('of stages, where the account has several pipelines', () => {
		const stages = async () =>
			(await school.engine.options('getStages', { branchId: 1 })).map(({ name }) => name);
		const insert = (row: object) => school.sandbox.store.insert('lead-status', { is_enabled: 1, ...row });

		it('name the pipeline too, so that stages of the same name can be told apart', async () => {
			insert({ name: 'Новый', pipeline_id: 2 });
			insert({ name: 'Закрыт', pipeline_id: 2, is_enabled: 0 });
			insert({ name: 'Ничей' });
			const names = await stages();
			for (const name of [
				'Новый · Основная',
				'Новый · Летний лагерь',
				'Закрыт (Off) · Летний лагерь',
				'Ничей',
			]) {
				expect(names).toContain(name);
			}
			expect(school.entries('pipeline/index')).toHaveLength(1);
		});

		it('do not ask for pipelines where all stages are of one', async () => {
			expect(await stages()).toContain('Новый');
			expect(school.entries('pipeline/index')).toHaveLength(0);
		});

		it('name none where the user may not read them, and say the ID of namesakes', async () => {
			const { id } = insert({ name: 'Новый', pipeline_id: 2 });
			school.sandbox.settings.forbiddenCalls = ['pipeline/index'];
			const names = await stages();
			expect(names).toContain('Назначено пробное');
			const namesakes = school.sandbox.store.rows('lead-status').filter(({ name }) => name === 'Новый');
			expect(names.filter((name) => /^Новый/.test(name)).sort()).toEqual(
				namesakes.map((row) => `Новый · ID ${String(row.id)}`).sort(),
			);
			expect(namesakes.map((row) => row.id)).toContain(id);
		});
	});

	it('hold more than one page', async () => {
		for (let number = 1; number <= 45; number++)
			school.sandbox.store.insert('lead-source', {
				name: `Источник ${number}`,
				code: `s${number}`,
				is_enabled: 1,
			});
		const options = await school.engine.options('getLeadSources', { branchId: 1 });
		expect(options).toHaveLength(school.sandbox.store.rows('lead-source').length);
	});

	it.each([[''], ['={{ $json.branch }}']])(
		'work before a branch is known (%j), with the first one',
		async (branchId) => {
			const options = await school.engine.options('getStages', { branchId });
			expect(options.length).toBeGreaterThan(0);
			expect(school.entries('lead-status/index')[0].branch).toBe(1);
		},
	);

	it('say what is wrong when the login is', async () => {
		const engine = new Engine({ ...school.credential, apiKey: 'not-the-key' });
		await expect(engine.options('getBranches', {})).rejects.toThrow("Check 'Email' and 'API Key'");
	});

	it('exist for every parameter that asks for one', () => {
		const { description, methods } = new AlfaCrm();
		const asked = [...JSON.stringify(description).matchAll(/"loadOptionsMethod":"(\w+)"/g)].map(
			([, name]) => name,
		);
		expect(asked.length).toBeGreaterThan(0);
		for (const name of asked) expect(methods.loadOptions).toHaveProperty(name);
	});
});
