import { makeNode } from '../e2e/support/realN8n';
import { useEditor } from './support/editor';

const WRONG_KEY = ['not', 'the', 'key', 'of', 'anyone'].join('-');

const n8n = useEditor({ customers: 20 });

/** Reads the HTTP statuses with which AlfaCRM has answered the logins. */
function readLoginStatuses(): Array<number | null> {
	const logins = n8n.sandbox.journal.filter(({ path }) => path.endsWith('auth/login'));
	return logins.map(({ status }) => status);
}

describe('the credential form', () => {
	it('asks for what a login needs, from top to bottom, and hides the key', async () => {
		const form = await n8n.editor.openNewCredential('AlfaCRM API');

		expect(await form.readLabels()).toEqual([
			'Hostname *',
			'Email *',
			'API Key *',
			'Advanced Settings',
			// n8n adds this to every credential that the HTTP Request node can use.
			'Allowed HTTP Request Domains',
		]);
		expect(await form.input('hostname').getAttribute('placeholder')).toBe('e.g. demo.s20.online');
		expect(await form.input('apiKey').getAttribute('type')).toBe('password');
	});

	it('says what to correct when the key is wrong, and does not show the key', async () => {
		const { url, account } = n8n.sandbox;
		const form = await n8n.editor.openNewCredential('AlfaCRM API');

		await form.fill({ hostname: url, email: account.email, apiKey: WRONG_KEY });
		await form.save();

		const failure = await form.readFailure();
		expect(failure).toContain('Couldn’t connect with these settings');
		expect(failure).toContain(
			"AlfaCRM did not accept the login. Check 'Email' and 'API Key': the key must be the v2api key of that very user.",
		);
		expect(failure).not.toContain(WRONG_KEY);
		expect(readLoginStatuses()).toEqual([403]);
	});

	it('connects once the wrong key is corrected', async () => {
		const { url, account } = n8n.sandbox;
		const form = await n8n.editor.openNewCredential('AlfaCRM API');
		await form.fill({ hostname: url, email: account.email, apiKey: WRONG_KEY });
		await form.save();

		await form.fill({ apiKey: account.apiKey });
		await form.save();

		expect(await form.readSuccess()).toBe('Connection tested successfully');
		expect(readLoginStatuses()).toEqual([403, 200]);
	});
});

describe('the HTTP Request node', () => {
	it('offers the credential of AlfaCRM', async () => {
		const parameters = { authentication: 'predefinedCredentialType' };
		const node = makeNode('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, parameters);
		const workflow = await n8n.client.importWorkflow({ name: 'HTTP', nodes: [node], connections: {} });

		const panel = await n8n.editor.openNode(workflow, 'HTTP Request');

		expect(await panel.searchCredentialTypes('Alfa')).toEqual(['AlfaCRM API']);
	});
});

describe('the list of nodes', () => {
	it.each([
		{ searchText: 'AlfaCRM' },
		{ searchText: 'alfacrm' },
		{ searchText: 'Альфа CRM' },
		{ searchText: 'Альфа СРМ' },
		{ searchText: 's20' },
	])('finds the node first by "$searchText"', async ({ searchText }) => {
		const creator = await n8n.editor.openNodeCreator();

		const [firstName] = await creator.search(searchText, 'AlfaCRM');

		expect(firstName).toBe('AlfaCRM');
	});

	it('adds a node that does the chosen action, and the canvas says so below the node', async () => {
		const creator = await n8n.editor.openNodeCreator();
		await creator.search('alfacrm', 'AlfaCRM');
		await creator.openDetails('AlfaCRM');
		await creator.openActions();

		const panel = await creator.addAction('Get many stages');

		expect(await panel.readShownValue('resource')).toBe('Stage');
		expect(await panel.readShownValue('operation')).toBe('Get Many');
		await panel.close();
		expect(await n8n.editor.canvas.readNodeText('Get many stages', 'Get Many: Stage')).toEqual([
			'Get many stages',
			'Get Many: Stage',
		]);
	});

	it('offers both triggers', async () => {
		const creator = await n8n.editor.openNodeCreator();

		const names = await creator.search('alfacrm', 'AlfaCRM');

		// n8n leaves out the word Trigger here.
		expect(names.map((name) => name.trim())).toEqual(['AlfaCRM', 'AlfaCRM Webhook']);
	});

	it('adds a trigger that waits for the chosen event', async () => {
		const creator = await n8n.editor.openNodeCreator();
		await creator.search('alfacrm', 'AlfaCRM');
		await creator.openDetails('AlfaCRM');

		const panel = await creator.addAction('When a lesson is cancelled');

		expect(await panel.readShownValue('event')).toBe('Lesson Cancelled');
		await panel.close();
		expect(await n8n.editor.canvas.readNodeText('AlfaCRM Trigger', 'Lesson Cancelled')).toContain(
			'AlfaCRM Trigger',
		);
	});
});
