import fs from 'node:fs';
import { allPages } from './markdown';
import { inRepo } from './paths';

const SHELLS = ['sh', 'bash', 'shell', 'console'];
const TOOLS = /^(npm|npx|node|git|docker|apt-get) /;
const FLAGS = /^-- /;

/** Every command that the pages print, with the pages that do. */
export function printedCommands(): Map<string, string[]> {
	const found = allPages().flatMap((file) => {
		const commands = commandsOf(fs.readFileSync(inRepo(file), 'utf8'));
		return [...new Set(commands)].map((command) => ({ command, file }));
	});
	const names = [...new Set(found.map(({ command }) => command))];
	return new Map(
		names.map((name) => [name, found.filter(({ command }) => command === name).map(({ file }) => file)]),
	);
}

/** Whole lines of blocks in a shell's language without notes behind `#`, and what stands inline with a tool's name in front. */
export function commandsOf(page: string): string[] {
	const blocks: string[] = [];
	const text = page.replace(/^ *```(\w*)\n([^]*?)\n *```$/gm, (_all, language: string, block: string) => {
		if (SHELLS.includes(language)) blocks.push(...block.split('\n'));
		return '';
	});
	const lines = blocks.map((line) => line.replace(/\s+#.*$/, '').trim()).filter(Boolean);
	return [...lines, ...text.split('\n').flatMap(inline)];
}

/** `-- --flag` alone goes with the command that stands before it in the line. */
function inline(line: string): string[] {
	const found: string[] = [];
	for (const [, code] of line.matchAll(/`([^`]+)`/g)) {
		if (TOOLS.test(code)) found.push(code);
		else if (FLAGS.test(code) && found.length > 0) found.push(`${found.at(-1)} ${code}`);
	}
	return found;
}
