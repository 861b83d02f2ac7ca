import type { Editor } from '../../../scripts/lib/editor/editor';
import type { NodePanel } from '../../../scripts/lib/editor/nodePanel';

/** A row of the output, as the table of the editor shows it. */
type TableRow = Record<string, string>;

/**
 * Builds a workflow in the editor by what is obvious there, and counts the clicks. Choosing from a list counts as one click, and so
 * does dragging. Typing into a parameter counts as the click that puts the cursor there. Searching and pressing a key do not count.
 */
export class Newcomer {
	clicks = 0;
	private openedPanel?: NodePanel;

	constructor(private readonly editor: Editor) {}

	/** The form of the node that is open. */
	get panel(): NodePanel {
		if (!this.openedPanel) throw new Error('No node is open');
		return this.openedPanel;
	}

	/** Begins the workflow with a trigger of AlfaCRM. */
	async startWithTrigger(event: string): Promise<void> {
		const creator = await this.editor.openNodeCreator();
		await creator.search('AlfaCRM', 'AlfaCRM');
		await creator.addFirstFound();
		this.openedPanel = await creator.addAction(event);
		this.clicks += 2;
	}

	/** Begins the workflow with an action of AlfaCRM, before which n8n puts a Manual Trigger. */
	async startWithAction(action: string): Promise<void> {
		const creator = await this.editor.openNodeCreator();
		await creator.search('AlfaCRM', 'AlfaCRM');
		await creator.addFirstFound();
		await creator.openActions();
		this.openedPanel = await creator.addAction(action);
		this.clicks += 3;
	}

	/** Begins the workflow with one of n8n's own nodes. */
	async startWithNode(name: string): Promise<void> {
		const creator = await this.editor.openNodeCreator();
		await creator.search(name, name);
		await creator.addFirstFound();
		this.openedPanel = await creator.openAddedNode();
		this.clicks += 1;
	}

	/** Adds a node behind the one that is open. */
	async addNextNode(node: string, action: string): Promise<void> {
		await this.panel.leaveByKeyboard();
		const creator = await this.editor.openNodeCreatorAtEnd();
		await creator.search(node, node);
		await creator.addFirstFound();
		this.openedPanel = await creator.addAction(action);
		this.clicks += 2;
	}

	async typeText(parameter: string, text: string): Promise<void> {
		await this.panel.fill(parameter, text);
		this.clicks += 1;
	}

	/** Drags a field of the previous node's output to a parameter. */
	async dragField(field: string, parameter: string): Promise<void> {
		await this.panel.mapField(field, parameter);
		this.clicks += 1;
	}

	/** Chooses from a list that n8n loads from the account. */
	async chooseFromAccount(parameter: string, name: string): Promise<void> {
		await this.panel.pickListedRecord(parameter, name);
		this.clicks += 1;
	}

	/** Chooses from a list that is the same in each account. */
	async chooseOption(parameter: string, option: string): Promise<void> {
		await this.panel.pickOption(parameter, option);
		this.clicks += 1;
	}

	/** Ticks an option of a list that takes several. A second click, beside the list, closes it. */
	async tickOption(parameter: string, option: string): Promise<void> {
		await this.panel.tickOption(parameter, option);
		this.clicks += 2;
	}

	/** Types into the search of a picker, and picks the first record that it finds. */
	async pickRecord(parameter: string, searchText: string): Promise<void> {
		await this.panel.pickFirstRecord(parameter, searchText);
		this.clicks += 1;
	}

	async addField(label: string): Promise<void> {
		await this.panel.addField(label);
		this.clicks += 1;
	}

	/** Lets a webhook trigger listen for a test event. */
	async listenForTestEvent(): Promise<void> {
		await this.panel.listen();
		this.clicks += 1;
	}

	/** Fetches the test event of a polling trigger. */
	async fetchTestEvent(): Promise<void> {
		await this.panel.fetchTestEvent();
		this.clicks += 1;
	}

	/** Runs the node that is open, and returns its output. */
	async runNode(): Promise<TableRow[]> {
		await this.panel.execute();
		this.clicks += 1;
		if (await this.panel.output.showsSuccess()) return await this.panel.output.readRows();

		const { message, description } = await this.panel.output.error();
		throw new Error(`${message}\n${description}`);
	}
}
