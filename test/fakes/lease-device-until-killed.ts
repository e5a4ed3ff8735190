/** Leases a device, prints its name or the code of the error, and keeps it until it is killed. Arguments: folder, devices. */
import { createFileDeviceLeases } from "../../src/adapters/folder/device-lease.ts";
import { asTuttiError } from "../../src/errors.ts";
import { parseDevices } from "../../workers/devices.ts";

const [folder = "", devices = ""] = process.argv.slice(2);
try {
  const { device } = await createFileDeviceLeases({ folder }).lease(parseDevices(devices));
  console.log(device.name);
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(asTuttiError(error).code);
}
