const SHELLS = ['sh', 'bash', 'shell', 'console'];
/** Matches a fenced block of Markdown, with its language and its code. */
const CODE_BLOCK = /^ *```(\w*)\n([^]*?)\n *```$/gm;
const TOOLS = /^(npm|npx|node|git|docker|apt-get) /;

/**
 * Lists the commands that a page shows: the lines of its shell blocks, and inline code that begins with the
 * name of a tool.
 */
export function commandsOf(page: string): string[] {
	const { shellLines, otherText } = splitPage(page);
	const commands = shellLines.map((line) => line.replace(/\s+#.*$/, '').trim()).filter(Boolean);
	const inlineCode = [...otherText.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
	const inlineCommands = inlineCode.filter((code) => TOOLS.test(code));
	return [...commands, ...inlineCommands];
}

/** Splits a page into the lines of its shell blocks and the text around all blocks. */
function splitPage(page: string): { shellLines: string[]; otherText: string } {
	const shellLines: string[] = [];
	const otherText = page.replace(CODE_BLOCK, (_block, language: string, code: string) => {
		if (SHELLS.includes(language)) {
			shellLines.push(...code.split('\n'));
		}
		return '';
	});
	return { shellLines, otherText };
}
