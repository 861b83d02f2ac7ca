import { makeNode } from '../e2e/support/realN8n';
import { useEditor } from './support/editor';

const n8n = useEditor({ customers: 20 });
const WRONG = ['not', 'the', 'key', 'of', 'anyone'].join('-');

describe('the credential form', () => {
	it('asks for what a login needs, from top to bottom, and hides the keys', async () => {
		const form = await n8n.editor.openNewCredential('AlfaCRM API');
		// The last one is n8n's own.
		expect(await form.readLabels()).toEqual([
			...['Hostname *', 'Email *', 'API Key *', 'Advanced Settings', 'Allowed HTTP Request Domains'],
		]);
		expect(await form.input('hostname').getAttribute('placeholder')).toBe('e.g. demo.s20.online');
		expect(await form.input('apiKey').getAttribute('type')).toBe('password');
	});

	it('says what to correct when the key is wrong, and connects with the right one', async () => {
		const { email, apiKey } = n8n.sandbox.account;
		const form = await n8n.editor.openNewCredential('AlfaCRM API');

		await form.fill({ hostname: n8n.sandbox.url, email, apiKey: WRONG });
		await form.save();
		const failure = await form.readFailure();
		expect(failure).toContain('Couldn’t connect with these settings');
		expect(failure).toContain(
			"AlfaCRM did not accept the login. Check 'Email' and 'API Key': the key must be the v2api key of that very user.",
		);
		expect(failure).not.toContain(WRONG);

		await form.fill({ apiKey });
		await form.save();
		expect(await form.readSuccess()).toBe('Connection tested successfully');
		const logins = n8n.sandbox.journal.filter(({ path }) => path.endsWith('auth/login'));
		expect(logins.map(({ status }) => status)).toEqual([403, 200]);
	});
});

describe('the HTTP Request node', () => {
	it('offers the credential', async () => {
		const parameters = { authentication: 'predefinedCredentialType' };
		const node = makeNode('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, parameters);
		const workflow = await n8n.client.importWorkflow({ name: 'HTTP', nodes: [node], connections: {} });
		const panel = await n8n.editor.openNode(workflow, node.name);
		expect(await panel.searchCredentialTypes('Alfa')).toEqual(['AlfaCRM API']);
	});
});

describe('the list of nodes', () => {
	it('finds the node by each of its names', async () => {
		const creator = await n8n.editor.openNodeCreator();
		for (const typed of ['AlfaCRM', 'alfacrm', 'Альфа CRM', 'Альфа СРМ', 's20']) {
			const [first] = await creator.search(typed, 'AlfaCRM');
			expect([typed, first]).toEqual([typed, 'AlfaCRM']);
		}
	});

	it('adds a node that does what was chosen, and says so below it', async () => {
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

	it('offers each trigger, and adds the one that waits for what was chosen', async () => {
		const creator = await n8n.editor.openNodeCreator();
		// n8n leaves out the word Trigger here.
		const found = await creator.search('alfacrm', 'AlfaCRM');
		expect(found.map((name) => name.trim())).toEqual(['AlfaCRM', 'AlfaCRM Webhook']);
		await creator.openDetails('AlfaCRM');
		const panel = await creator.addAction('When a lesson is cancelled');
		expect(await panel.readShownValue('event')).toBe('Lesson Cancelled');
		await panel.close();
		expect(await n8n.editor.canvas.readNodeText('AlfaCRM Trigger', 'Lesson Cancelled')).toContain(
			'AlfaCRM Trigger',
		);
	});
});
