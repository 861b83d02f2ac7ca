import fs from 'node:fs';

interface Usage {
	/** All CPU time of the process so far. */
	cpuSeconds: number;
	/** The most memory since the last reading. */
	peakMegabytes: number;
}

/** Linux counts CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Reads what a process has used. Only Linux tells it; elsewhere both numbers are NaN. */
export function readUsage(pid: number): Usage {
	try {
		const usage = {
			cpuSeconds: readCpuSeconds(pid),
			peakMegabytes: readPeakMegabytes(pid),
		};
		resetPeak(pid);
		return usage;
	} catch {
		return { cpuSeconds: NaN, peakMegabytes: NaN };
	}
}

/** Adds up the time in programs and in the kernel. They are the 12th and 13th field after the name. */
function readCpuSeconds(pid: number): number {
	const [, fieldsAfterName] = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
	const fields = fieldsAfterName.split(' ');
	const userTicks = Number(fields[11]);
	const kernelTicks = Number(fields[12]);
	return (userTicks + kernelTicks) / TICKS_PER_SECOND;
}

function readPeakMegabytes(pid: number): number {
	const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
	const peak = /VmHWM:\s+(\d+)/.exec(status);
	return Number(peak?.[1]) / 1_024;
}

/** Sets the peak to the current memory, so that the next reading has a peak of its own. */
function resetPeak(pid: number): void {
	fs.writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
