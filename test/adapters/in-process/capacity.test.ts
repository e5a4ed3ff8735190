/** Does a slow expert fill the lane? */
import { createInProcessCapacity } from "../../../src/adapters/in-process/capacity.ts";
import { capacityContract } from "../../contracts/capacity.contract.ts";

capacityContract({
  name: "in-process capacity",
  open: async () => {
    let time = 0;
    const capacity = createInProcessCapacity({ now: () => time });
    return {
      capacity,
      peer: async () => capacity,
      setClock: (now) => (time = now),
      close: () => capacity.close(),
    };
  },
});
