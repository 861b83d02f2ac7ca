const SHELLS = ['sh', 'bash', 'shell', 'console'];
const TOOLS = /^(npm|npx|node|git|docker|apt-get) /;

/**
 * Lists the commands that a page shows: lines of its shell blocks, and inline code that begins with the name
 * of a tool.
 */
export function commandsOf(page: string): string[] {
	const blocks: string[] = [];
	const text = page.replace(/^ *```(\w*)\n([^]*?)\n *```$/gm, (_all, language: string, block: string) => {
		if (SHELLS.includes(language)) {
			blocks.push(...block.split('\n'));
		}
		return '';
	});
	const lines = blocks.map((line) => line.replace(/\s+#.*$/, '').trim()).filter(Boolean);
	const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
	return [...lines, ...inline.filter((code) => TOOLS.test(code))];
}
