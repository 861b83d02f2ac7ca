import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import execa from 'execa';
import type { Locator } from 'playwright-core';
import type { Editor } from './editor';

/** The width of the animation in pixels, to which the window is scaled down. */
const WIDTH = 960;

/** How far the pointer may be from the left edge of its target, in pixels. */
const MAX_POINTER_OFFSET = 160;
const POINTER_SVG =
	'<svg xmlns="http://www.w3.org/2000/svg" width="26" height="30" viewBox="0 0 26 30">' +
	'<path d="M2 2v21l6-5 4 9 4-2-4-9h8z" fill="#111" stroke="#fff" stroke-width="2"/></svg>';
const POINTER_IMAGE = `url("data:image/svg+xml,${encodeURIComponent(POINTER_SVG)}")`;

/** Filters of ffmpeg: all pictures share one palette, and each stores only what differs from the one before. */
const FFMPEG_FILTERS =
	`scale=${WIDTH}:-1:flags=lanczos,drawbox=color=0xd0d7de:t=1,split[a][b];` +
	'[a]palettegen=stats_mode=full[palette];[b][palette]paletteuse=dither=none:diff_mode=rectangle';

/** A picture, and how long the animation shows it. */
interface Frame {
	file: string;
	seconds: number;
}

/**
 * An animation made of pictures of the editor. Nothing between the pictures is filmed, so the
 * animation is the same on every machine.
 */
export class Film {
	private readonly frames: Frame[] = [];
	private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-film-'));

	constructor(private readonly editor: Editor) {}

	/**
	 * Adds a picture of the window.
	 *
	 * @param style further CSS for the picture
	 */
	async show(seconds: number, style = '') {
		const file = path.join(this.folder, `${this.frames.length}.png`);
		await this.editor.screenshot(file, 'light', style);
		this.frames.push({ file, seconds });
	}

	/** Adds a picture with a pointer at the element that is clicked next. */
	async pointAt(target: Locator, seconds = 0.7) {
		await target.scrollIntoViewIfNeeded();
		const box = await target.boundingBox();
		if (!box) throw new Error('The target of the pointer cannot be seen');

		const left = box.x + Math.min(box.width / 2, MAX_POINTER_OFFSET);
		const top = box.y + box.height / 2;
		const position = `position: fixed; z-index: 99999; left: ${left}px; top: ${top}px`;
		await this.show(seconds, `body::after { content: ${POINTER_IMAGE}; ${position} }`);
	}

	/** Writes the animation with ffmpeg, and deletes the pictures. */
	async write(file: string) {
		const list = path.join(this.folder, 'frames.txt');
		fs.writeFileSync(list, this.makeFrameList());
		const input = ['-f', 'concat', '-safe', '0', '-i', list];
		const output = ['-filter_complex', FFMPEG_FILTERS, '-fps_mode', 'vfr', '-loop', '0', file];
		try {
			await execa('ffmpeg', ['-y', '-loglevel', 'error', ...input, ...output]);
		} finally {
			fs.rmSync(this.folder, { recursive: true, force: true });
		}
	}

	/** Lists the pictures for ffmpeg. The last one stands there twice, or ffmpeg would ignore its duration. */
	private makeFrameList(): string {
		const lines = this.frames.map(({ file, seconds }) => `file '${file}'\nduration ${seconds}\n`);
		const lastFrame = this.frames.at(-1);
		return `${lines.join('')}file '${lastFrame?.file}'\n`;
	}
}
