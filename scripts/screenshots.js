'use strict';

const fs = require('node:fs');
const {
	ensureBuilt,
	ensureDependencies,
	inRepo,
	N8nClient,
	OWNER,
	packTarball,
	Problem,
	runMain,
	say,
	startN8n,
	startSandbox,
} = require('./lib');

const BROWSERS = [
	process.env.CHROMIUM,
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
];

/** `npm run screenshots`: the pictures of the READMEs, taken in a real n8n with the sandbox. Needs a Chromium. */
async function main() {
	await ensureDependencies();
	await ensureBuilt();
	const executablePath = BROWSERS.find((path) => path && fs.existsSync(path));
	if (!executablePath) throw new Problem('No Chromium found. Install one, or name it in CHROMIUM.');
	const { chromium } = require('playwright-core');
	const tarball = await packTarball();
	const sandbox = await startSandbox();
	const n8n = await startN8n({ tarball: tarball.file });
	const browser = await chromium.launch({
		executablePath,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
		],
	});
	try {
		const client = new N8nClient(n8n);
		await client.signIn();
		const data = await sandbox.credential();
		const saved = await client.createCredential({ name: 'AlfaCRM account', type: 'alfaCrmApi', data });
		const workflow = await client.importWorkflow(leadsWorkflow(), [saved]);
		fs.mkdirSync(inRepo('docs', 'images'), { recursive: true });
		for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
			const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme });
			await signIn(page, n8n.url);
			await page.goto(`${n8n.url}/workflow/${workflow.id}`, { waitUntil: 'domcontentloaded' });
			const node = page.locator('[data-test-id=canvas-node]', { hasText: 'Get new leads' });
			await node.waitFor();
			await node.dblclick({ position: { x: 40, y: 40 } });
			await page.locator('[data-test-id=ndv] button', { hasText: 'Execute step' }).first().click();
			await page
				.getByText(/^\d+ items?$/)
				.first()
				.waitFor();
			await page.waitForTimeout(1_500); // The panels slide into place.
			const file = inRepo('docs', 'images', `node-${colorScheme}.png`);
			await page.screenshot({ path: file });
			say(`Wrote ${file}`);
			await page.close();
		}
	} finally {
		await browser.close();
		await n8n.stop();
		await sandbox.stop();
		tarball.remove();
	}
	return 0;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} url
 */
async function signIn(page, url) {
	await page.goto(`${url}/signin`, { waitUntil: 'domcontentloaded' });
	await page.fill('input[name=emailOrLdapLoginId]', OWNER.email);
	await page.fill('input[name=password]', OWNER.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL((address) => !address.pathname.startsWith('/signin'));
}

function leadsWorkflow() {
	return {
		name: 'New leads of the week',
		nodes: [
			{
				id: 'start',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: 'leads',
				name: 'Get new leads',
				type: 'n8n-nodes-alfacrm.alfaCrm',
				typeVersion: 1,
				position: [240, 0],
				parameters: {
					resource: 'customer',
					operation: 'getAll',
					branchId: 1,
					is_study: 0,
					limit: 20,
					filters: { lead_status_id: 2 },
				},
				credentials: { alfaCrmApi: { id: null, name: 'AlfaCRM account' } },
			},
		],
		connections: { Start: { main: [[{ node: 'Get new leads', type: 'main', index: 0 }]] } },
	};
}

runMain(main);
