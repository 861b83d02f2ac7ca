import type { Editor } from '../../../scripts/lib/editor/editor';
import type { NodePanel } from '../../../scripts/lib/editor/nodePanel';

/**
 * Does with the editor what is obvious, from an empty workflow on, and counts the clicks. To choose from a list is one, and so is
 * to drag; to type, with Enter in a search or Escape, is none.
 */
export class Newcomer {
	clicks = 0;
	private opened?: NodePanel;

	constructor(private readonly editor: Editor) {}

	/** The node that is open. */
	get panel(): NodePanel {
		if (!this.opened) throw new Error('No node is open');
		return this.opened;
	}

	/** The first node: one of AlfaCRM's triggers. */
	async startWith(event: string) {
		const creator = await this.editor.openNodeCreator();
		await creator.search('AlfaCRM', 'AlfaCRM');
		await creator.addFirstFound();
		this.opened = await creator.addAction(event);
		this.clicks += 2;
	}

	/** The first node: an action of AlfaCRM, behind a button. */
	async startBy(action: string) {
		const creator = await this.editor.openNodeCreator();
		await creator.search('AlfaCRM', 'AlfaCRM');
		await creator.addFirstFound();
		await creator.openActions();
		this.opened = await creator.addAction(action);
		this.clicks += 3;
	}

	/** The first node: another one of n8n's. */
	async startWithNode(name: string) {
		const creator = await this.editor.openNodeCreator();
		await creator.search(name, name);
		await creator.addFirstFound();
		this.opened = await creator.openAddedNode();
		this.clicks += 1;
	}

	/** The node that comes after the one that is open. */
	async goOnWith(node: string, action: string) {
		await this.panel.leaveByKeyboard();
		const creator = await this.editor.openNodeCreatorAtEnd();
		await creator.search(node, node);
		await creator.addFirstFound();
		this.opened = await creator.addAction(action);
		this.clicks += 2;
	}

	async type(parameter: string, text: string) {
		await this.panel.fill(parameter, text);
		this.clicks += 1;
	}

	async map(field: string, parameter: string) {
		await this.panel.mapField(field, parameter);
		this.clicks += 1;
	}

	/** One of a list that the account fills. */
	async choose(parameter: string, option: string) {
		await this.panel.pickListedRecord(parameter, option);
		this.clicks += 1;
	}

	/** One of a list that is always the same. */
	async select(parameter: string, option: string) {
		await this.panel.pickOption(parameter, option);
		this.clicks += 1;
	}

	/** One of several that a list offers, which is left by a click beside it. */
	async tick(parameter: string, option: string) {
		await this.panel.tickOption(parameter, option);
		this.clicks += 2;
	}

	/** The first record that a picker finds. */
	async pick(parameter: string, typed: string) {
		await this.panel.pickFirstRecord(parameter, typed);
		this.clicks += 1;
	}

	async addField(label: string) {
		await this.panel.addField(label);
		this.clicks += 1;
	}

	async listen() {
		await this.panel.listen();
		this.clicks += 1;
	}

	async fetchTestEvent() {
		await this.panel.fetchTestEvent();
		this.clicks += 1;
	}

	/** @returns what came out, as the table shows it */
	async run(): Promise<Array<Record<string, string>>> {
		await this.panel.execute();
		this.clicks += 1;
		if (await this.panel.output.showsSuccess()) return await this.panel.output.readRows();
		const { message, description } = await this.panel.output.error();
		throw new Error(`${message}\n${description}`);
	}
}
