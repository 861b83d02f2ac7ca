import type { INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../../sandbox';
import { Engine } from '../support/engine';
import { officeOf, pick } from '../support/office';
import { otherNameOf, useSchool } from '../support/school';

/** The process keeps who a login is: what needs one that is not known yet takes the school by its other name. */
const school = useSchool({ customers: 20 });
const { add, lead, patch, rows, set } = officeOf(school);

const MANAGER = 3;
const managerOf = (hostname: string) => {
	const { email, apiKey } = school.sandbox.account.noSubjects;
	return new Engine({ ...school.credential, hostname, email, apiKey });
};
const manager = () => managerOf(school.sandbox.url);
const newcomer = () => managerOf(otherNameOf(school.sandbox.url));
const listed = () => school.entries('user/index').length;

const forms: Array<[what: string, path: string, form: (id: number) => INodeParameters]> = [
	[
		'Communication → Create',
		'communication',
		(id) => ({
			resource: 'communication',
			operation: 'create',
			branchId: 1,
			class: 'Customer',
			related_id: pick(id),
			comment: 'Звонили',
			type_id: 1,
		}),
	],
	['Task → Create', 'task', () => ({ resource: 'task', operation: 'create', branchId: 1, title: 'Звонок' })],
	[
		'Add Comment',
		'communication',
		(id) => ({
			resource: 'customer',
			operation: 'addComment',
			branchId: 1,
			id: pick(id),
			comment: 'Звонили',
		}),
	],
	[
		'Create Task',
		'task',
		(id) => ({ resource: 'customer', operation: 'createTask', branchId: 1, id: pick(id), title: 'Звонок' }),
	],
];
const [, , [, , addComment]] = forms;

const forbidUsers = () =>
	school.sandbox.faults.add({ kind: 'status', status: 403, times: 99, match: { entity: 'user' } } as Fault);

describe('a login that the process does not know yet', () => {
	it('is looked for again in each execution while the users may not be read, or do not hold it', async () => {
		set({ requiredFields: { 'communication.user_id': false } });
		forbidUsers();
		const engine = newcomer();
		const items = [{}, {}];
		const parameters = { ...addComment(lead()), skipIfThere: false };
		expect((await engine.run({ parameters, items })).json).toHaveLength(2);
		for (const { body } of school.entries('communication/create')) expect(body).not.toHaveProperty('user_id');
		school.sandbox.faults.clear();

		school.sandbox.store.patch('user', MANAGER, { email: 'somebody@school.example' });
		let before = listed();
		expect((await engine.run({ parameters, items })).json).toHaveLength(2);
		expect(listed()).toBe(before + 1);

		school.sandbox.store.patch('user', MANAGER, { email: school.sandbox.account.noSubjects.email });
		before = listed();
		expect((await engine.run({ parameters, items })).json).toMatchObject([
			{ user_id: MANAGER },
			{ user_id: MANAGER },
		]);
		expect(listed()).toBe(before + 1);
	});
});

describe('a refusal for want of an author', () => {
	it.each([
		['may not be read', forbidUsers],
		['do not hold the login', () => void school.sandbox.store.remove('user', 1)],
	])('names Author, where the users %s, and not the email', async (_what, spoil) => {
		spoil();
		const { email } = school.credential;
		const engine = new Engine({ ...school.credential, hostname: otherNameOf(school.sandbox.url) });
		const before = rows('communication').length;
		const { error, run } = await engine.run({ parameters: addComment(lead()) });
		expect(error).toMatchObject({
			message: expect.stringMatching(/^AlfaCRM did not create the communication: Author – /) as string,
			description: "Fill 'Author' (user_id) and run it again. Nothing was saved.",
		});
		expect(rows('communication')).toHaveLength(before);
		expect(JSON.stringify([run, error])).not.toContain(String(email));
	});
});

describe.each(forms)('%s', (_what, path, form) => {
	it('has the user of the credential for its author, and asks once who that is', async () => {
		// Another address holds the one of the credential, and AlfaCRM may know it by other capitals.
		patch('user', 2, { email: 'xmanager@school.example' });
		patch('user', MANAGER, { email: 'Manager@School.Example' });
		set({ ignoredFilters: ['user.email'] });
		for (const parameters of [form(lead()), form(lead())]) {
			const { error } = await manager().run({ parameters, items: [{}, {}] });
			expect(error).toBeUndefined();
			expect(rows(path).at(-1)).toMatchObject({ user_id: MANAGER });
		}
		expect(listed()).toBeLessThanOrEqual(1);
	});

	it('has the author that is given, without asking', async () => {
		const parameters = { ...form(lead()), additionalFields: { user_id: 1 } };
		const { error } = await newcomer().run({ parameters });
		expect(error).toBeUndefined();
		expect(rows(path).at(-1)).toMatchObject({ user_id: 1 });
		expect(listed()).toBe(0);
	});
});

it.each([
	['Add Comment', 'communication', 2],
	['Create Task', 'task', 3],
])(
	'%s takes what somebody else wrote for the same, unless an author is given',
	async (_what, path, index) => {
		const id = lead();
		const row = { user_id: 1, added: null, is_done: 0, is_archive: 0, branch_ids: [1], customer_ids: [id] };
		const words = { comment: 'Звонили', title: 'Звонок', type_id: 1, class: 'Customer', related_id: id };
		add(path, { ...row, ...words });
		const [, , form] = forms[index];
		const run = async (additionalFields: INodeParameters) =>
			(await manager().run({ parameters: { ...form(id), additionalFields } })).json;
		expect(await run({})).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(await run({ user_id: MANAGER })).toMatchObject([{ operationResult: 'created' }]);
	},
);
