/** Devices that run models, such as GPUs, and who may use which. */

export interface Device {
  /** As `CUDA_VISIBLE_DEVICES` knows it: `0`, `GPU-8f3c…`; or any other name where it is virtual. */
  readonly name: string;
  readonly memoryMiB: number;
  /** Declared, not there: what runs on it computes elsewhere, under the same rules. */
  readonly virtual?: true;
}

export interface DeviceLease {
  readonly device: Device;
  /** Calling it again has no effect. */
  release(): Promise<void>;
}

/** Gives each device of a machine to one process at a time. */
export interface DeviceLeases {
  /**
   * Takes the first of the devices that is free, until it is released or the process ends, however it ends.
   * @throws TuttiError `misconfigured` where there is none, or none is free
   */
  lease(devices: readonly Device[]): Promise<DeviceLease>;
}
