import type { Editor } from '../../../scripts/lib/editor/editor';
import type { NodePanel } from '../../../scripts/lib/editor/nodePanel';

/** Does with the editor what is obvious, and counts what it takes. */
export class Newcomer {
	clicks = 0;
	/** Values that are typed. */
	fields = 0;

	private constructor(readonly panel: NodePanel) {}

	/** From an empty workflow to the opened form of an action. */
	static async add(editor: Editor, node: string, action: string): Promise<Newcomer> {
		const creator = await editor.openNodeCreator();
		await creator.search(node, node);
		await creator.openDetails(node);
		await creator.openActions();
		const newcomer = new Newcomer(await creator.addAction(action));
		// The plus, the node, its actions, the action; the name of the node is typed.
		newcomer.clicks = 4;
		newcomer.fields = 1;
		return newcomer;
	}

	async type(parameter: string, text: string) {
		await this.panel.fill(parameter, text);
		this.clicks += 1;
		this.fields += 1;
	}

	/** One of a list that opens with a click. */
	async choose(parameter: string, option: string) {
		await this.panel.pickListed(parameter, option);
		this.clicks += 2;
	}

	/** One of several that a list offers. */
	async tick(parameter: string, option: string) {
		await this.panel.tickOption(parameter, option);
		this.clicks += 3;
	}

	/** The first record that a picker finds. */
	async pick(parameter: string, typed: string) {
		await this.panel.pickFirst(parameter, typed);
		this.clicks += 2;
		this.fields += 1;
	}

	async addField(label: string) {
		await this.panel.addField(label);
		this.clicks += 2;
	}

	/** @returns what came out, as the table shows it */
	async run(): Promise<Array<Record<string, string>>> {
		await this.panel.execute();
		this.clicks += 1;
		if (await this.panel.output.isSuccess()) return await this.panel.output.rows();
		const { message, description } = await this.panel.output.error();
		throw new Error(`${message}\n${description}`);
	}
}
