import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import execa from 'execa';
import type { Locator } from 'playwright-core';
import type { Editor } from './editor';

/** Pixels of the animation; the window is scaled down to it. */
const WIDTH = 960;
/** Of the pointer from the left edge of what it points at. */
const FURTHEST = 160;
const POINTER =
	'<svg xmlns="http://www.w3.org/2000/svg" width="26" height="30" viewBox="0 0 26 30">' +
	'<path d="M2 2v21l6-5 4 9 4-2-4-9h8z" fill="#111" stroke="#fff" stroke-width="2"/></svg>';
const ARROW = `url("data:image/svg+xml,${encodeURIComponent(POINTER)}")`;
/** One palette for all pictures, and of each only what differs from the one before. */
const FILTERS =
	`scale=${WIDTH}:-1:flags=lanczos,drawbox=color=0xd0d7de:t=1,split[a][b];` +
	'[a]palettegen=stats_mode=full[palette];[b][palette]paletteuse=dither=none:diff_mode=rectangle';

/** Pictures of the editor, one after another, as an animation. Nothing is filmed in between, so it is the same on each machine. */
export class Film {
	private readonly moments: Array<{ file: string; seconds: number }> = [];
	private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-film-'));

	constructor(private readonly editor: Editor) {}

	/** The window as it is now, to be looked at for so long. */
	async show(seconds: number, style = '') {
		const file = path.join(this.folder, `${this.moments.length}.png`);
		await this.editor.screenshot(file, 'light', style);
		this.moments.push({ file, seconds });
	}

	/** The same with a pointer at what is clicked next. */
	async pointAt(target: Locator, seconds = 0.7) {
		await target.scrollIntoViewIfNeeded();
		const box = await target.boundingBox();
		if (!box) throw new Error('What is pointed at cannot be seen');
		const left = box.x + Math.min(box.width / 2, FURTHEST);
		const top = box.y + box.height / 2;
		await this.show(
			seconds,
			`body::after { content: ${ARROW}; position: fixed; z-index: 99999; left: ${left}px; top: ${top}px }`,
		);
	}

	/** Writes the animation, and forgets the pictures. Needs ffmpeg. */
	async write(file: string) {
		const list = path.join(this.folder, 'moments.txt');
		const lines = this.moments.map((moment) => `file '${moment.file}'\nduration ${moment.seconds}\n`);
		// ffmpeg's list has the last picture twice, or its time would not count.
		fs.writeFileSync(list, `${lines.join('')}file '${this.moments.at(-1)?.file}'\n`);
		const input = ['-f', 'concat', '-safe', '0', '-i', list];
		const output = ['-filter_complex', FILTERS, '-fps_mode', 'vfr', '-loop', '0', file];
		try {
			await execa('ffmpeg', ['-y', '-loglevel', 'error', ...input, ...output]);
		} finally {
			fs.rmSync(this.folder, { recursive: true, force: true });
		}
	}
}
