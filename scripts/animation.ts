import type { Editor } from './lib/editor/editor';
import { Film } from './lib/editor/film';
import { inEditor } from './lib/editor/inEditor';
import { ANIMATION } from './lib/pictures';
import { say } from './lib/progress';

/** What the sandbox calls its first branch. */
const BRANCH = 'Центральный';

/** `npm run animation`: the one at the top of the READMEs, from a real n8n with the sandbox. Needs a Chromium and ffmpeg. */
export async function main() {
	await inEditor(async ({ editor, client, account }) => {
		// The only one of its type, so n8n chooses it by itself.
		await client.createCredential({ name: 'AlfaCRM account', type: 'alfaCrmApi', data: account });
		const film = new Film(editor);
		await firstSteps(editor, film);
		await film.write(ANIMATION);
		say(`Wrote ${ANIMATION}`);
	});
	return 0;
}

/** Adds the node, sets it to list the leads of a branch, and runs it. */
async function firstSteps(editor: Editor, film: Film) {
	await editor.openNewWorkflow();
	await film.pointAt(editor.canvas.plus, 1);
	const creator = await editor.openNodeCreator();
	await film.show(0.5);
	await creator.search('alfacrm', 'AlfaCRM');
	await film.show(0.7);
	await film.pointAt(creator.named('AlfaCRM').first());
	await creator.openDetails('AlfaCRM');
	await creator.openActions();
	const action = creator.named('Get many customers');
	await film.pointAt(action, 1);
	const panel = await creator.addAction('Get many customers');
	await film.show(1);
	for (const [parameter, option] of [
		['branchId', BRANCH],
		['is_study', 'Lead'],
	]) {
		await film.pointAt(panel.parameter(parameter));
		await panel.openOptions(parameter);
		await film.pointAt(panel.option(option));
		await panel.chooseOption(option);
		await film.show(0.4);
	}
	await film.pointAt(panel.executeButton);
	await panel.execute();
	await film.show(4);
}
