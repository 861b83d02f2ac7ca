import type { Browser, Page } from 'playwright-core';
import type { N8nClient } from '../n8n/client';
import { launchChromium } from '../browser';
import { BROWSER_ID } from '../n8n/session';
import { Canvas } from './canvas';
import { CredentialForm } from './credentialForm';
import { NodeCreator } from './nodeCreator';
import { NodePanel } from './nodePanel';

const VIEWPORT = { width: 1280, height: 800 };
/** The first page of a new n8n loads the whole editor, which takes long on a busy machine. */
const TIMEOUT_MS = 30_000;
const NOTE_TYPE = 'n8n-nodes-base.stickyNote';

/** A check for the browser: no animation runs, except those without an end. */
const ANIMATIONS_HAVE_ENDED = `document.getAnimations().every(
	({ playState, effect }) => playState !== 'running' || effect.getComputedTiming().endTime === Infinity,
)`;

/** Hides notices, which vanish at some time, and the empty tooltips that n8n's expression editors leave in the corner. */
const HIDE_PASSING_ELEMENTS =
	'.el-notification, div[class*="ͼ1 "]:not(.cm-editor) { display: none !important }';

/** n8n's editor in a Chromium, as a signed-in user sees it. */
export class Editor {
	readonly canvas: Canvas;

	constructor(
		private readonly browser: Browser,
		private readonly page: Page,
		private readonly url: string,
	) {
		this.canvas = new Canvas(page);
	}

	/** Opens a browser that takes over the login of the client. */
	static async open(client: N8nClient): Promise<Editor> {
		const { url } = client.session;
		const browser = await launchChromium();
		const browserId = { name: 'n8n-browserId', value: BROWSER_ID };
		const context = await browser.newContext({
			viewport: VIEWPORT,
			locale: 'en-US',
			storageState: {
				cookies: await client.session.cookies(),
				origins: [{ origin: url, localStorage: [browserId] }],
			},
		});
		context.setDefaultTimeout(TIMEOUT_MS);
		return new Editor(browser, await context.newPage(), url);
	}

	async close() {
		await this.browser.close();
	}

	async goTo(path: string) {
		await this.page.goto(this.url + path, { waitUntil: 'domcontentloaded' });
	}

	/**
	 * Takes a picture of the window, without n8n's notices.
	 *
	 * @param style further CSS, only for this picture
	 */
	async screenshot(path: string, colorScheme: 'light' | 'dark', style = '') {
		await this.page.mouse.move(0, 0);
		await this.page.emulateMedia({ colorScheme });
		// Playwright ends animations, but an element that is still to fade in would be missing.
		await this.page.waitForFunction(ANIMATIONS_HAVE_ENDED);
		await this.page.screenshot({ path, animations: 'disabled', style: `${HIDE_PASSING_ELEMENTS} ${style}` });
	}

	/** Opens an empty workflow. */
	async openNewWorkflow() {
		await this.goTo('/workflow/new');
		return await this.canvas.waitUntilReady();
	}

	/** Opens a saved workflow, and waits for all its nodes. */
	async openWorkflow({ id, nodes }: { id: string; nodes: Array<{ name: string; type: string }> }) {
		await this.goTo(`/workflow/${id}`);
		for (const { name, type } of nodes) {
			if (type !== NOTE_TYPE) await this.canvas.node(name).waitFor();
		}
		return this.canvas;
	}

	/** Opens the list of nodes in an empty workflow. */
	async openNodeCreator() {
		await this.goTo('/workflow/new');
		await this.canvas.plusButton.click();
		return await new NodeCreator(this.page).waitUntilReady();
	}

	/** Opens the list of nodes in the present workflow. */
	async openNodeCreatorAgain() {
		await this.page.getByTestId('node-creator-plus-button').click();
		return await new NodeCreator(this.page).waitUntilReady();
	}

	/** Opens the list of nodes for a node after the last one. */
	async openNodeCreatorAtEnd() {
		await this.page.getByTestId('canvas-handle-plus').click();
		return await new NodeCreator(this.page).waitUntilReady();
	}

	/** Opens a node of a saved workflow. */
	async openNode(workflow: { id: string; nodes: Array<{ id: string; name: string }> }, name: string) {
		const node = workflow.nodes.find((candidate) => candidate.name === name);
		await this.goTo(`/workflow/${workflow.id}/${node?.id}`);
		return await new NodePanel(this.page).waitUntilReady();
	}

	/**
	 * Opens the empty form of a new credential.
	 *
	 * @param type the name of its type in n8n, for example "AlfaCRM API"
	 */
	async openNewCredential(type: string) {
		await this.goTo('/home/credentials/create');
		await this.page.getByTestId('new-credential-type-select').locator('input').fill(type);
		const option = this.page.getByTestId('new-credential-type-select-option');
		await option.filter({ hasText: type }).click();
		await this.page.getByTestId('new-credential-type-button').click();
		return await new CredentialForm(this.page).waitUntilReady();
	}
}
