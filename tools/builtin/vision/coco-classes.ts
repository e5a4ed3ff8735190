/** The 80 classes of COCO (Lin et al., 2014), as the detector names them, in COCO's groups. */
export const cocoGroups = {
  person: ["person"],
  vehicle: ["bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"],
  outdoor: ["traffic light", "fire hydrant", "stop sign", "parking meter", "bench"],
  animal: ["bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"],
  accessory: ["backpack", "umbrella", "handbag", "tie", "suitcase"],
  sport: [
    "frisbee",
    "skis",
    "snowboard",
    "sports ball",
    "kite",
    "baseball bat",
    "baseball glove",
    "skateboard",
    "surfboard",
    "tennis racket",
  ],
  kitchen: ["bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl"],
  food: ["banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake"],
  furniture: ["chair", "couch", "potted plant", "bed", "dining table", "toilet"],
  electronic: ["tv", "laptop", "mouse", "remote", "keyboard", "cell phone"],
  appliance: ["microwave", "oven", "toaster", "sink", "refrigerator"],
  indoor: ["book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush"],
} as const;

/** What the face detector finds; not a COCO class. */
export const FACE = "face";

export const knownClasses: ReadonlySet<string> = new Set([...Object.values(cocoGroups).flat(), FACE]);

/** Classes whose faces the face detector takes for people's. */
export const animals: ReadonlySet<string> = new Set(cocoGroups.animal);
